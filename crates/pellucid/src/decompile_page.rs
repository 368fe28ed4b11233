//! What was found in a network, as a page that a person can read and as the pieces it is made of.
//!
//! [`Dissection`] holds what there is to tell; its page is a row of sections, each a function here or beside,
//! that leave themselves out when there is nothing to say.

mod answer;
mod files;
mod left_over;
mod values;

use maud::{Markup, PreEscaped, html};
use pellucid_core::{Circuit, Domain, Error, Network, Rational};
use pellucid_decompile::{Ablation, Decompiled, Neuron};
use pellucid_draw::SvgOptions;
use pellucid_prove::Largest;

use crate::html_document::html_document;
use crate::page_parts::{circuit_list, neuron_table, proof};
use crate::pictures::{decompiled_picture, is_idle};

pub use files::ReportFile;

/// A network taken apart, with all that a report tells of it.
#[derive(Clone, Debug)]
pub struct Dissection<'a> {
    /// What the network is called: its file, usually.
    pub name: &'a str,
    /// The network.
    pub network: &'a Network<Rational>,
    /// What was found in it.
    pub found: &'a Decompiled,
    /// Where.
    pub domain: &'a Domain,
    /// How far the formula was allowed to be off.
    pub tolerance: &'a Rational,
    /// What becomes of the deviation when neurons are changed, where that was asked for.
    pub ablations: Option<&'a Vec<Ablation>>,
}

/// Longer tables and lists are folded up after so many rows.
const ROWS_SHOWN: usize = 40;

impl Dissection<'_> {
    /// The page: an HTML document that needs no other file. With `beside` it points to the pieces that
    /// [`Dissection::files`] puts into its folder.
    ///
    /// ```
    /// use pellucid::{Biases, Dissection, Domain, Function, Question, Rational};
    /// let minimum = Function::parse("min(x1, x2)")?;
    /// let domain = Domain::Everywhere;
    /// let network = pellucid::compile(&minimum, &domain, Biases::ALLOWED, Default::default())?.network;
    /// let tolerance = Rational::zero();
    /// let question =
    ///     Question { domain: domain.clone(), tolerance: tolerance.clone(), target: None, limits: Default::default() };
    /// let found = pellucid::decompile(&network, &question)?;
    /// let about = Dissection {
    ///     name: "min.onnx", network: &network, found: &found, domain: &domain, tolerance: &tolerance, ablations: None,
    /// };
    /// assert!(about.page(false)?.contains("\\min(x_{1}, x_{2})"));
    /// # Ok::<(), pellucid::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a proof has no words, which would be a defect.
    pub fn page(&self, beside: bool) -> Result<String, Error> {
        let heading = html! {
            p { (self.shape()) " network, " (self.domain.phrase_in(self.inputs())) ", taken apart." }
        };
        let body = html! {
            (answer::section(self))
            (self.picture_section())
            (values::section(self))
            (self.neurons())
            (self.circuits())
            (left_over::noise(self))
            (left_over::ablations(self))
            (self.remarks())
            (self.against_target())
            (self.certificate(beside)?)
            (self.checking(beside))
        };
        Ok(html_document(self.name, &heading, &body))
    }

    /// The drawing: features named, circuits boxed, what does nothing faded or counted.
    pub fn picture(&self, options: &SvgOptions) -> String {
        let parts: Vec<Circuit> = self.found.circuits.iter().flat_map(Circuit::all).cloned().collect();
        decompiled_picture(self.network, self.found).circuits(&parts).to_svg(options)
    }

    fn inputs(&self) -> &[String] {
        self.network.input_names()
    }

    /// `a 2-5-1`.
    fn shape(&self) -> String {
        let shape: Vec<String> = self.network.shape().iter().map(usize::to_string).collect();
        format!("A {}", shape.join("-"))
    }

    fn picture_section(&self) -> Markup {
        let n_idle = self.found.neurons.iter().filter(|neuron| is_idle(neuron)).count();
        html! {
            section #drawing {
                h2 { "How it computes" }
                figure {
                    (PreEscaped(self.picture(&SvgOptions::default())))
                    figcaption {
                        "Inputs below, outputs above. Dashed links have negative weights"
                        @if n_idle > 0 { "; what is pale adds nothing of its own" }
                        @if !self.found.circuits.is_empty() { "; boxes are circuits" }
                        "."
                    }
                }
            }
        }
    }

    fn neurons(&self) -> Markup {
        let (live, idle): (Vec<_>, Vec<_>) = self.found.neurons.iter().partition(|neuron| !is_idle(neuron));
        let table = |neurons: &[&Neuron]| neuron_table(neurons.iter().copied(), self.inputs(), Some(4));
        let long = live.len() > ROWS_SHOWN;
        html! {
            @if !self.found.neurons.is_empty() {
                section #neurons {
                    h2 { "Neurons" }
                    (table(&live[..live.len().min(ROWS_SHOWN)]))
                    @if long {
                        details {
                            summary { (live.len() - ROWS_SHOWN) " more" }
                            (table(&live[ROWS_SHOWN..]))
                        }
                    }
                    @if !idle.is_empty() {
                        details {
                            summary { (pellucid_core::counted(idle.len(), "neuron")) " that add" @if idle.len() == 1 { "s" }
                                " nothing of " @if idle.len() == 1 { "its" } @else { "their" } " own" }
                            (table(&idle))
                        }
                    }
                }
            }
        }
    }

    fn circuits(&self) -> Markup {
        html! {
            @if !self.found.circuits.is_empty() {
                section #circuits { h2 { "Circuits" } (circuit_list(&self.found.circuits, self.inputs())) }
            }
        }
    }

    fn remarks(&self) -> Markup {
        // What the tables say already is not said again for hundreds of neurons.
        let remarks = &self.found.remarks;
        let (shown, rest) = remarks.split_at(remarks.len().min(ROWS_SHOWN));
        html! {
            @if !remarks.is_empty() {
                section #remarks {
                    h2 { "Remarks" }
                    ul { @for remark in shown { li { (remark) } } }
                    @if !rest.is_empty() {
                        details { summary { (rest.len()) " more" } ul { @for remark in rest { li { (remark) } } } }
                    }
                }
            }
        }
    }

    fn against_target(&self) -> Markup {
        let Some(against) = &self.found.against_target else { return html! {} };
        html! {
            section #target {
                h2 { "Against what it was meant to compute" }
                p { "Meant: " code.long { (crate::text::brief(&against.target.to_string(), 1_000)) } }
                p { (answer::deviation(self, &against.deviation)) }
                @if !against.missing.is_empty() {
                    p { "Missing detectors: " @for (i, feature) in against.missing.iter().enumerate() {
                        @if i > 0 { ", " } code { (feature.label(self.inputs())) }
                    } }
                }
            }
        }
    }

    fn certificate(&self, beside: bool) -> Result<Markup, Error> {
        let Some(certificate) = &self.found.certificate else {
            return Ok(html! { section #certificate { h2 { "Proof" } p {
                @if self.largest().is_some() { "The proof is too long to be kept; "
                    code { "pellucid decompile --certificate FILE" } " writes it." }
                @else { "None: the formula is off without bound." }
            } } });
        };
        let claim = crate::text::brief(&certificate.claim.to_string(), 1_000);
        let proof = proof(certificate)?;
        Ok(html! {
            section #certificate {
                h2 { "Proof" }
                p { "Certified, and accepted by the independent checker: " (claim) "." }
                @if beside { p { a href=(files::CERTIFICATE) { (files::CERTIFICATE) } " holds the certificate." } }
                (proof)
            }
        })
    }

    fn checking(&self, beside: bool) -> Markup {
        let domain = self.domain.phrase_in(self.inputs());
        html! {
            section #check {
                h2 { "Check it yourself" }
                @if beside && self.found.certificate.is_some() { pre { "pellucid check " (files::CERTIFICATE) } }
                p { "Or have it found again, " (domain) ":" }
                pre { "pellucid decompile " (shell_word(self.name)) " --on " (shell_word(&self.domain.to_text(self.inputs())))
                    " --tolerance " (self.tolerance) " --certificate proof.json\npellucid check proof.json" }
            }
        }
    }

    /// The largest deviation, where there is one.
    fn largest(&self) -> Option<(&Rational, &[Rational])> {
        match &self.found.deviation {
            Largest::At(most, at) => Some((most, at)),
            Largest::Infinite { .. } => None,
        }
    }
}

/// A word as a shell reads it back.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_string(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
