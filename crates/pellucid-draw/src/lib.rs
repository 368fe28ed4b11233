//! Pictures of circuits and networks: layout, scene, SVG and terminal.
//!
//! ```text
//! Picture --------> Layout --> Scene --> SVG      a network with its weights
//! CircuitPicture -> Layout --> Scene --> SVG      circuits of circuits as trapezia
//! LineChart -----------------> Scene --> SVG      losses, functions of one input
//! CellPicture ---------------> Scene --> SVG      linear cells in the plane
//! GraphPicture --------------> Scene --> SVG      what is made of what
//! Picture ------------------------------> text    for the terminal and for screen readers
//! ```
//!
//! Nothing here reads a file or knows where a network or a circuit came from.

mod cell_colours;
mod cell_labels;
mod cells_to_scene;
mod circuit_boxes;
mod circuits_to_scene;
mod circuits_to_wiring;
mod edge_labels;
mod geometry;
mod graph_to_scene;
mod layout_to_scene;
mod line_chart;
mod network_to_list;
mod network_to_terminal;
mod number_to_text;
mod picture;
mod picture_to_rows;
mod rows_to_layout;
mod scene;
mod scene_to_svg;
mod svg_style;
mod terminal;
mod text_size;
mod ticks;

pub use cells_to_scene::{CellPicture, PlaneCell, PlaneEdge, PlaneRegion};
pub use circuits_to_scene::CircuitPicture;
pub use geometry::{Point, Rect};
pub use graph_to_scene::{GraphLink, GraphNode, GraphPicture};
pub use line_chart::LineChart;
pub use number_to_text::number_to_text;
pub use picture::{Picture, Status};
pub use scene::{Anchor, Ink, Scene, Shape};
pub use scene_to_svg::{SvgOptions, Theme, scene_to_svg};
pub use terminal::TerminalOptions;

impl Picture<'_> {
    /// The picture as shapes with places, in which no two labels or discs overlap.
    pub fn to_scene(&self) -> Scene {
        let layout = rows_to_layout::picture_to_layout(self);
        let words = network_to_list::network_to_list(self, &TerminalOptions { width: usize::MAX, ascii: true });
        layout_to_scene::layout_to_scene(self, &layout, words)
    }

    /// The picture as an SVG document.
    pub fn to_svg(&self, options: &SvgOptions) -> String {
        scene_to_svg(&self.to_scene(), options)
    }

    /// A drawing for a terminal where it fits the width, otherwise the same as [`Picture::to_list`].
    pub fn to_terminal(&self, options: &TerminalOptions) -> String {
        network_to_terminal::network_to_terminal(self, options)
    }

    /// One line a neuron: its place, its name, its sum.
    pub fn to_list(&self, options: &TerminalOptions) -> String {
        network_to_list::network_to_list(self, options)
    }
}

impl CircuitPicture<'_> {
    /// The picture as an SVG document.
    pub fn to_svg(&self, options: &SvgOptions) -> String {
        scene_to_svg(&self.to_scene(), options)
    }
}

impl GraphPicture {
    /// The picture as an SVG document.
    pub fn to_svg(&self, options: &SvgOptions) -> String {
        scene_to_svg(&self.to_scene(), options)
    }
}
