//! What the page is about.

use pellucid::{Certificate, Decompiled, Domain, Error, Function, Network, Numbers, pictures};

/// A network with what is known about it.
pub struct Subject {
    /// The network, exact.
    pub network: Network,
    /// The numbers that its file has.
    pub numbers: Numbers,
    /// What it computes, or was read to compute.
    pub function: Option<Function>,
    /// Where.
    pub domain: Domain,
    /// The network taken apart.
    pub found: Option<Decompiled>,
    /// Does its formula come from taking it apart?
    pub is_decompiled: bool,
    /// The proofs, the main one first.
    pub certificates: Vec<Certificate>,
}

impl Subject {
    /// A network that was compiled.
    pub fn compiled(network: Network, function: Option<Function>, domain: Domain, proofs: Vec<Certificate>) -> Self {
        let found = pictures::taken_apart(&network, &domain.clone().without_gaps());
        let (numbers, is_decompiled) = (Numbers::Exact, false);
        Subject { network, numbers, function, domain, found, is_decompiled, certificates: proofs }
    }

    /// The one that is kept.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(kept: &Option<Subject>) -> Result<&Subject, Error> {
        kept.as_ref().ok_or_else(|| Error::input("there is no network yet: write a function or open a file"))
    }

    /// Its picture, filled with the numbers of an example where there is one.
    ///
    /// # Errors
    /// When the example does not fit.
    pub fn picture(&self, at: Option<Vec<pellucid::Rational>>) -> Result<pellucid::Picture<'_>, Error> {
        if self.is_decompiled
            && let Some(found) = &self.found
        {
            let picture = pictures::decompiled_picture(&self.network, found);
            return match at {
                Some(at) => picture.at(at),
                None => Ok(picture),
            };
        }
        pictures::named_picture(&self.network, self.function.as_ref(), self.found.as_ref(), at)
    }
}

/// A claim is only made of what an independent check accepts.
///
/// # Errors
/// When the checker rejects a proof, which would be a defect.
pub fn must_hold<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> Result<(), Error> {
    certificates.into_iter().try_for_each(|certificate| {
        let checked = pellucid::check(certificate);
        match checked.rejection {
            Some(reason) => Err(Error::input(format!("defect: the checker rejects that {}: {reason}", checked.claim))),
            None => Ok(()),
        }
    })
}
