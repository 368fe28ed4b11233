//! `.npz`: a zip archive of `.npy` arrays, one a tensor, named as in a state dict.

use crate::npy::{npy_to_tensor, tensor_to_npy};
use crate::tensor::Tensor;
use crate::wrong::Wrong;
use crate::zip::{Archive, members_to_zip};

/// The arrays, in the archive's order.
pub(crate) fn npz_to_tensors(archive: &Archive) -> Result<Vec<Tensor>, Wrong> {
    let (mut tensors, mut wrong) = (Vec::new(), Vec::new());
    for member in archive.names() {
        let Some(name) = member.strip_suffix(".npy") else {
            continue;
        };
        let Some(bytes) = archive.read(member) else {
            continue;
        };
        match bytes.and_then(|bytes| npy_to_tensor(name, &bytes)) {
            Ok(tensor) => tensors.push(tensor),
            Err(Wrong(findings)) => wrong.extend(findings),
        }
    }
    Wrong::unless_empty(wrong)?;
    Ok(tensors)
}

/// The archive that `numpy.load` reads.
pub(crate) fn tensors_to_npz(tensors: &[Tensor]) -> Vec<u8> {
    let members: Vec<_> =
        tensors.iter().map(|tensor| (format!("{}.npy", tensor.name), tensor_to_npy(tensor))).collect();
    members_to_zip(&members)
}
