//! Pictures of circuits and networks: layout, scene, SVG and terminal.
