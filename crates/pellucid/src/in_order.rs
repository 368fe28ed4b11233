//! Work on many items on all threads, the results in the items' order.

use std::sync::mpsc;

use pellucid_core::Error;
use rayon::prelude::*;

/// Does something for every item, several at a time; `on_done` gets the results in order, each as soon as it
/// and those before it are done. The work is the place for a limit on the time of each.
///
/// # Errors
/// When a thread ends early, which would be a defect.
pub fn in_order<I: Sync, T: Send>(
    items: &[I],
    work: impl Fn(&I) -> T + Sync,
    mut on_done: impl FnMut(&I, T),
) -> Result<(), Error> {
    let (sender, receiver) = mpsc::channel();
    // The work has a thread of its own, so that reporting takes none of the workers.
    let worked = std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            items.par_iter().enumerate().with_max_len(1).for_each_with(sender, |sender, (at, item)| {
                // A receiver that is gone wants no more.
                let _ = sender.send((at, work(item)));
            });
        });
        let mut waiting: Vec<Option<T>> = items.iter().map(|_| None).collect();
        let mut next = 0;
        for (at, done) in receiver {
            waiting[at] = Some(done);
            while let Some(done) = waiting.get_mut(next).and_then(Option::take) {
                on_done(&items[next], done);
                next += 1;
            }
        }
        working.join()
    });
    worked.map_err(|_| Error::input("defect: a thread ended early"))
}
