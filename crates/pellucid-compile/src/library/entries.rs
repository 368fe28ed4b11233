//! The library's data: the text of each function and of a box, what it is, and who studied it.
//!
//! Sizes, circuits, bounds and proofs are no data: they are found by running the compiler. Texts of
//! other circuits for the same function may be given where they are known by hand; they count only
//! where the prover finds them equal.

use super::Row;

/// Osier's notebook.
const NOTEBOOK: &str = "Osier, Mathematical Circuits in Neural Nets";
/// Known for so long that it has no author.
const CLASSICAL: &str = "classical";
const ARORA: &str = "Arora et al. 2018";
const TROPICAL: &str = "Zhang, Naitzat, Lim 2018, as a tropical polynomial";
const LUKASIEWICZ: &str = "Łukasiewicz logic, classical";
const TELGARSKY: &str = "Telgarsky 2015";
const SORTING: &str = "Batcher 1968, Knuth, as a sorting network";
const HERE: &str = "this workbench";

/// A row without aliases and without other circuits.
const PLAIN: Row = Row {
    name: "",
    aliases: &[],
    family: "",
    title: "",
    function: "",
    on: "",
    about: "",
    source: CLASSICAL,
    also: &[],
};

const AFFINE: Row = Row { family: "affine", ..PLAIN };
const ONE_KINK: Row = Row { family: "one input", ..PLAIN };
const LOSS: Row = Row { family: "losses", ..PLAIN };
const TENT: Row = Row { family: "tents and staircases", ..PLAIN };
const EXTREMA: Row = Row { family: "minimum and maximum", ..PLAIN };
const NORM: Row = Row { family: "norms and distances", ..PLAIN };
const BUMP: Row = Row { family: "bumps", ..PLAIN };
const ORDER: Row = Row { family: "order statistics", ..PLAIN };
const LOGIC: Row = Row { family: "many-valued logic", ..PLAIN };
const LATTICE: Row = Row { family: "lattice and tropical", ..PLAIN };
const GATE: Row = Row { family: "gates and whole numbers", ..PLAIN };

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Affine maps: two neurons a dimension everywhere, one on a box.
    Row { name: "identity", title: "Identity", function: "x1", on: "[-2,2]", source: NOTEBOOK,
        about: "A positive and a negative reconstructor: relu(x) - relu(-x).", ..AFFINE },
    Row { name: "negation", aliases: &["negative-identity"], title: "Negation", function: "-x1", on: "[-2,2]", source: NOTEBOOK,
        about: "The identity with both weights out turned around.", ..AFFINE },
    Row { name: "addition", title: "Addition", function: "x1 + x2", on: "[-2,2]^2", source: NOTEBOOK,
        about: "The identity of the sum: the sum is taken on the way in.", ..AFFINE },
    Row { name: "subtraction", title: "Subtraction", function: "x1 - x2", on: "[-2,2]^2", source: NOTEBOOK,
        about: "The identity of the difference.", ..AFFINE },
    Row { name: "mean-of-two", title: "Mean of two", function: "(x1 + x2)/2", on: "[-2,2]^2",
        about: "Half the sum.", ..AFFINE },
    Row { name: "affine-map", title: "An affine map", function: "2*x1 - 3*x2 + 1", on: "[-2,2]^2",
        about: "Every affine map to one number takes two neurons everywhere; the constant is an output bias.", ..AFFINE },
    Row { name: "swap", title: "Swap", function: "(x2, x1)", on: "[-2,2]^2",
        about: "Two values in the other order: a linear map of rank 2.", ..AFFINE },
    Row { name: "sum-and-difference", title: "Sum and difference", function: "(x1 + x2, x1 - x2)", on: "[-2,2]^2",
        about: "A linear map of rank 2, as in a butterfly of the fast Fourier transform.", ..AFFINE },
    Row { name: "rank-one-map", title: "A map of rank one", function: "(x1 + x2, 2*x1 + 2*x2, -x1 - x2)", on: "[-2,2]^2",
        about: "Three outputs that share one pair of reconstructors.", ..AFFINE },
    Row { name: "differences-around-a-cycle", title: "Differences around a cycle", function: "(x1 - x2, x2 - x3, x3 - x1)", on: "[-2,2]^3",
        about: "Three outputs of rank 2: they add up to 0.", ..AFFINE },

    // One input.
    Row { name: "relu", aliases: &["positive-part"], title: "ReLU", function: "relu(x1)", on: "[-2,2]",
        about: "The positiveness detector itself.", ..ONE_KINK },
    Row { name: "negative-part", title: "Negative part", function: "relu(-x1)", on: "[-2,2]",
        about: "The negativeness detector.", ..ONE_KINK },
    Row { name: "positive-and-negative-part", aliases: &["crelu"], title: "Positive and negative part", function: "(relu(x1), relu(-x1))", on: "[-2,2]",
        source: "Shang et al. 2016, as CReLU",
        about: "Both sides of a number as two outputs.", ..ONE_KINK },
    Row { name: "absolute-value", aliases: &["abs"], title: "Absolute value", function: "abs(x1)", on: "[-2,2]", source: NOTEBOOK,
        about: "Detectors of both sides, added.", ..ONE_KINK },
    Row { name: "leaky-relu", title: "Leaky ReLU", function: "max(x1, x1/8)", on: "[-2,2]", source: "Maas et al. 2013",
        about: "A kink and a slope on both sides.", ..ONE_KINK },
    Row { name: "cap", title: "Cap at one", function: "min(x1, 1)", on: "[-2,2]",
        about: "A kink away from the origin: a ReLU needs a bias.", ..ONE_KINK },
    Row { name: "projection-to-interval", aliases: &["clamp"], title: "Projection to an interval", function: "clamp(x1, 0, 1)", on: "[-2,2]",
        about: "The nearest point of [0, 1].", ..ONE_KINK },
    Row { name: "hard-tanh", title: "Hard tanh", function: "clamp(x1, -1, 1)", on: "[-2,2]",
        about: "The projection to [-1, 1].", ..ONE_KINK },
    Row { name: "hard-sigmoid", title: "Hard sigmoid", function: "clamp(x1/4 + 1/2, 0, 1)", on: "[-4,4]",
        about: "A ramp from 0 to 1, of slope 1/4.", ..ONE_KINK },
    Row { name: "relu6", title: "ReLU6", function: "clamp(x1, 0, 6)", on: "[-2,8]", source: "Howard et al. 2017, in MobileNets",
        about: "A ReLU that stops at 6.", ..ONE_KINK },
    Row { name: "hard-swish", title: "Piecewise-linear swish", function: "pwl(x1; (-4,0), (-3,0), (-3/2,-3/8), (0,0), (3/2,9/8), (3,3), (4,4))", on: "[-4,4]",
        source: "Howard et al. 2019, whose hard swish it meets at seven points",
        about: "Straight pieces through points of x * relu6(x + 3) / 6.", ..ONE_KINK },
    Row { name: "soft-threshold", aliases: &["dead-zone", "shrinkage"], title: "Soft threshold", function: "x1 - clamp(x1, -1, 1)", on: "[-2,2]", source: "Donoho 1995",
        about: "Moves a number towards 0 by 1, and not past it.", ..ONE_KINK },
    Row { name: "w-shape", title: "W", function: "abs(abs(x1) - 1)", on: "[-2,2]",
        about: "An absolute value of an absolute value: three kinks in one layer.", ..ONE_KINK },

    // Losses.
    Row { name: "hinge-loss", title: "Hinge loss", function: "relu(1 - x1)", on: "[-2,2]", source: "Cortes, Vapnik 1995",
        about: "The loss of support vector machines, of the margin x1.", ..LOSS },
    Row { name: "ramp-loss", title: "Ramp loss", function: "clamp(1 - x1, 0, 1)", on: "[-2,2]",
        about: "A hinge loss that stops at 1.", ..LOSS },
    Row { name: "quantile-loss", aliases: &["pinball-loss"], title: "Quantile loss", function: "max(3/4*x1, -1/4*x1)", on: "[-2,2]", source: "Koenker, Bassett 1978",
        about: "The loss whose minimum is the upper quartile.", ..LOSS },
    Row { name: "epsilon-insensitive-loss", title: "Loss with a dead zone", function: "relu(abs(x1) - 1)", on: "[-2,2]", source: "Vapnik 1995",
        about: "Errors below 1 cost nothing.", ..LOSS },
    Row { name: "piecewise-huber", title: "Piecewise-linear Huber loss", function: "pwl(x1; (-2,3/2), (-1,1/2), (0,0), (1,1/2), (2,3/2))", on: "[-2,2]",
        source: "after Huber 1964",
        about: "Meets x^2/2 at -1, 0, 1 and grows with slope 1 outside.", ..LOSS },
    Row { name: "multiclass-hinge-loss", title: "Multiclass hinge loss", function: "relu(1 + max(x2, x3) - x1)", on: "[-2,2]^3", source: "Crammer, Singer 2001",
        about: "The score x1 of the right class should lead by 1.", ..LOSS },

    // Tents and staircases.
    Row { name: "tent", title: "Tent", function: "1 - abs(1 - 2*x1)", on: "[0,1]", source: TELGARSKY,
        about: "Folds the unit interval once.", ..TENT },
    Row { name: "tent-twice", title: "Tent of a tent", function: "1 - abs(1 - 2*(1 - abs(1 - 2*x1)))", on: "[0,1]", source: TELGARSKY,
        about: "Two teeth; each further tent doubles their number.", ..TENT },
    Row { name: "tent-thrice", title: "Three tents", function: "1 - abs(1 - 2*(1 - abs(1 - 2*(1 - abs(1 - 2*x1)))))", on: "[0,1]", source: TELGARSKY,
        about: "Four teeth, for which one layer takes a neuron each kink.", ..TENT },
    Row { name: "soft-staircase", title: "Staircase of ramps", function: "clamp(4*x1, 0, 1) + clamp(4*x1 - 4, 0, 1) + clamp(4*x1 - 8, 0, 1)", on: "[-1,4]",
        about: "Three steps, each a steep ramp: the step itself is not continuous.", ..TENT },
    Row { name: "zigzag", title: "Zigzag", function: "pwl(x1; (0,0), (1,1), (2,0), (3,1), (4,0))", on: "[0,4]",
        about: "Slopes 1 and -1 in turn.", ..TENT },
    Row { name: "through-points", title: "Through given points", function: "pwl(x1; (0,0), (1,2), (3,-1))", on: "[-1,4]",
        about: "Interpolation; the outer pieces go on.", ..TENT },

    // Bumps.
    Row { name: "hat", aliases: &["triangle"], title: "Hat", function: "relu(1 - abs(x1))", on: "[-2,2]", source: "Courant 1943, as a finite element",
        about: "The triangle on [-1, 1], of height 1.", ..BUMP },
    Row { name: "trapezoid", title: "Trapezoid", function: "clamp(2 - abs(x1), 0, 1)", on: "[-3,3]",
        about: "1 on [-1, 1] and 0 outside of [-2, 2].", ..BUMP },
    Row { name: "l1-ball-bump", title: "Bump on the l1 ball", function: "relu(1 - abs(x1) - abs(x2))", on: "[-2,2]^2", source: HERE,
        about: "A pyramid with its corners on the axes: r(r(x+y+1) - 2r(x) - 2r(y)).", ..BUMP },
    Row { name: "l1-ball-bump-of-three", title: "Bump on the octahedron", function: "relu(1 - abs(x1) - abs(x2) - abs(x3))", on: "[-2,2]^3", source: HERE,
        about: "The same in three inputs.", ..BUMP },
    Row { name: "square-pyramid", title: "Square pyramid", function: "relu(1 - max(abs(x1), abs(x2)))", on: "[-2,2]^2",
        about: "A pyramid over the square [-1, 1]^2.", ..BUMP },
    Row { name: "product-of-hats-below", title: "Smaller of two hats", function: "min(relu(1 - abs(x1)), relu(1 - abs(x2)))", on: "[-2,2]^2",
        about: "The square pyramid written as the smaller of two hats.",
        also: &[("relu(1 - max(abs(x1), abs(x2)))", "one pyramid")], ..BUMP },

    // Minimum and maximum.
    Row { name: "maximum-and-minimum", aliases: &["comparator", "sort-of-two", "max-min"], title: "Maximum and minimum", function: "(max(x1, x2), min(x1, x2))", on: "[-2,2]^2",
        source: "Anil, Lucas, Grosse 2019, as GroupSort",
        about: "A comparator: both outputs share the one kink.", ..EXTREMA },
    Row { name: "maximum-of-two-and-zero", aliases: &["tropical-line"], title: "Maximum of two and zero", function: "max(x1, x2, 0)", on: "[-2,2]^2", source: ARORA,
        about: "The smallest function that one hidden layer cannot compute.", ..EXTREMA },
    Row { name: "relu-of-minimum", title: "ReLU of the minimum", function: "relu(min(x1, x2))", on: "[-2,2]^2", source: HERE,
        about: "Positive where both are: r(r(x) - r(x - y)).", ..EXTREMA },
    Row { name: "minimum-of-absolute-values", title: "Smaller absolute value", function: "min(abs(x1), abs(x2))", on: "[-2,2]^2",
        about: "How far a point is from the axes.", ..EXTREMA },
    Row { name: "range-of-three", aliases: &["max-minus-min-of-three"], title: "Range of three", function: "max(x1, x2, x3) - min(x1, x2, x3)", on: "[-2,2]^3",
        about: "Half the sum of all distances, so one layer is enough.", ..EXTREMA },
    Row { name: "range-of-four", title: "Range of four", function: "max(x1, x2, x3, x4) - min(x1, x2, x3, x4)", on: "[-2,2]^4",
        about: "Unlike that of three it needs two layers.", ..EXTREMA },
    Row { name: "midrange-of-three", title: "Midrange of three", function: "(max(x1, x2, x3) + min(x1, x2, x3))/2", on: "[-2,2]^3",
        about: "Halfway between the largest and the smallest.", ..EXTREMA },
    Row { name: "maxima-of-pairs", aliases: &["max-pool"], title: "Maxima of pairs", function: "(max(x1, x2), max(x3, x4))", on: "[-2,2]^4",
        about: "Max pooling of width 2.", ..EXTREMA },
    Row { name: "running-maximum", title: "Running maximum", function: "(x1, max(x1, x2), max(x1, x2, x3))", on: "[-2,2]^3",
        about: "Each output is the largest so far.",
        also: &[("(x1, x1 + relu(x2 - x1), x1 + relu(x2 - x1) + relu(relu(x3 - x1) - relu(x2 - x1)))", "found by searching: gains over x1")], ..EXTREMA },
    Row { name: "lead-over-two", title: "Lead over two others", function: "x1 - max(x2, x3)", on: "[-2,2]^3",
        about: "How far the first score is ahead: the margin of a classifier.", ..EXTREMA },
    Row { name: "sum-of-pairwise-minima", title: "Sum of pairwise minima", function: "min(x1, x2) + min(x2, x3) + min(x1, x3)", on: "[-2,2]^3",
        about: "Twice the smallest plus the middle one.", ..EXTREMA },

    // Norms and distances.
    Row { name: "distance-on-a-line", aliases: &["absolute-difference"], title: "Distance on a line", function: "abs(x1 - x2)", on: "[-2,2]^2",
        about: "An absolute value of a difference.", ..NORM },
    Row { name: "l1-norm-of-two", aliases: &["sum-of-absolute-values"], title: "l1 norm of two", function: "abs(x1) + abs(x2)", on: "[-2,2]^2",
        about: "Two absolute values, added.", ..NORM },
    Row { name: "l1-norm-of-three", title: "l1 norm of three", function: "abs(x1) + abs(x2) + abs(x3)", on: "[-2,2]^3",
        about: "Three absolute values; what is left of the hinges can be shared.", ..NORM },
    Row { name: "l1-norm-of-four", title: "l1 norm of four", function: "abs(x1) + abs(x2) + abs(x3) + abs(x4)", on: "[-2,2]^4",
        about: "Four absolute values.", ..NORM },
    Row { name: "l-infinity-norm-of-two", aliases: &["maximum-norm"], title: "Maximum norm of two", function: "max(abs(x1), abs(x2))", on: "[-2,2]^2",
        about: "Half of |x + y| + |x - y|, so one layer is enough.", ..NORM },
    Row { name: "l-infinity-norm-of-three", title: "Maximum norm of three", function: "max(abs(x1), abs(x2), abs(x3))", on: "[-2,2]^3",
        about: "The largest of six.", ..NORM },
    Row { name: "hexagonal-norm", title: "Hexagonal norm", function: "max(abs(x1), abs(x2), abs(x1 - x2))", on: "[-2,2]^2",
        about: "Its unit ball is a hexagon.", ..NORM },
    Row { name: "octagonal-norm", title: "Octagonal norm", function: "max(abs(x1), abs(x2)) + (abs(x1) + abs(x2))/2", on: "[-2,2]^2",
        about: "Its unit ball is an octagon.", ..NORM },
    Row { name: "manhattan-distance", title: "Manhattan distance", function: "abs(x1 - x3) + abs(x2 - x4)", on: "[-2,2]^4",
        about: "The l1 norm of a difference of two points.", ..NORM },
    Row { name: "chebyshev-distance", title: "Chebyshev distance", function: "max(abs(x1 - x3), abs(x2 - x4))", on: "[-2,2]^4",
        about: "The maximum norm of a difference of two points.", ..NORM },
    Row { name: "triangle-inequality-gap", title: "Gap in the triangle inequality", function: "abs(x1) + abs(x2) - abs(x1 + x2)", on: "[-2,2]^2",
        about: "Positive where the signs differ.", ..NORM },
    Row { name: "distances-of-three", title: "Distances of three", function: "abs(x1 - x2) + abs(x2 - x3) + abs(x1 - x3)", on: "[-2,2]^3",
        about: "Twice the range of three.", ..NORM },
    Row { name: "distances-of-four", title: "Distances of four", function: "abs(x1 - x2) + abs(x1 - x3) + abs(x1 - x4) + abs(x2 - x3) + abs(x2 - x4) + abs(x3 - x4)", on: "[-2,2]^4",
        about: "The sum of all six distances.", ..NORM },

    // Order statistics.
    Row { name: "median-of-three", aliases: &["second-largest-of-three"], title: "Median of three", function: "median(x1, x2, x3)", on: "[-2,2]^3",
        about: "The middle one.",
        also: &[("x1 - relu(relu(x1 - x3) - relu(x2 - x3)) + relu(relu(x3 - x1) - relu(x3 - x2))", "about the pivot x3")], ..ORDER },
    Row { name: "median-of-five", title: "Median of five", function: "median(x1, x2, x3, x4, x5)", on: "[-2,2]^5",
        about: "The middle one of five, by a sorting network.", source: SORTING, ..ORDER },
    Row { name: "sort-of-three", title: "Sort of three", function: "sort(x1, x2, x3)", on: "[-2,2]^3", source: SORTING,
        about: "Smallest, middle, largest.",
        also: &[("(x3 - relu(x3 - x2) - relu(relu(x3 - x1) - relu(x3 - x2)), x1 - relu(relu(x1 - x3) - relu(x2 - x3)) + relu(relu(x3 - x1) - relu(x3 - x2)), x3 + relu(x2 - x3) + relu(relu(x1 - x3) - relu(x2 - x3)))", "about the pivot x3")], ..ORDER },
    Row { name: "sort-of-four", title: "Sort of four", function: "sort(x1, x2, x3, x4)", on: "[-2,2]^4", source: SORTING,
        about: "Five comparators.", ..ORDER },
    Row { name: "second-largest-of-four", title: "Second largest of four", function: "sort(x1, x2, x3, x4)[3]", on: "[-2,2]^4", source: SORTING,
        about: "The runner-up.", ..ORDER },
    Row { name: "sum-of-two-largest-of-three", title: "Sum of the two largest of three", function: "x1 + x2 + x3 - min(x1, x2, x3)", on: "[-2,2]^3",
        about: "All but the smallest.", ..ORDER },
    Row { name: "sum-of-two-largest-of-four", title: "Sum of the two largest of four", function: "sort(x1, x2, x3, x4)[3] + sort(x1, x2, x3, x4)[4]", on: "[-2,2]^4",
        about: "The largest sum of two of the four.",
        also: &[("max(max(x1, x2) + max(x3, x4), x1 + x2, x3 + x4)", "the largest sum of two")], ..ORDER },
    Row { name: "gap-of-top-two-of-three", title: "Lead of the largest of three", function: "max(x1, x2, x3) - median(x1, x2, x3)", on: "[-2,2]^3",
        about: "How far the winner is ahead.", ..ORDER },
    Row { name: "clamp-between-inputs", title: "Clamp between inputs", function: "clamp(x1, x2, x3)", on: "[-2,2]^3",
        about: "min(max(x1, x2), x3): the bounds are inputs too.", ..ORDER },

    // Many-valued logic.
    Row { name: "lukasiewicz-and", aliases: &["bit-times-real"], title: "Łukasiewicz and", function: "relu(x1 + x2 - 1)", on: "[0,1]^2", source: LUKASIEWICZ,
        about: "On [0, 1]; a bit times a number where one of them is a bit.", ..LOGIC },
    Row { name: "lukasiewicz-or", title: "Łukasiewicz or", function: "min(x1 + x2, 1)", on: "[0,1]^2", source: LUKASIEWICZ,
        about: "The sum, capped at 1.", ..LOGIC },
    Row { name: "lukasiewicz-implication", title: "Łukasiewicz implication", function: "min(1, 1 - x1 + x2)", on: "[0,1]^2", source: LUKASIEWICZ,
        about: "1 where x1 is at most x2.", ..LOGIC },
    Row { name: "real-multiplexer", title: "Multiplexer of numbers", function: "relu(x1 + x3 - 1) + relu(x2 - x3)", on: "[0,1]^3", source: HERE,
        about: "x1 where x3 is 1, x2 where x3 is 0, without an if.", ..LOGIC },

    // Lattice and tropical.
    Row { name: "maximum-of-minima", title: "Maximum of minima", function: "max(min(x1, x2), min(x3, x4))", on: "[-2,2]^4",
        about: "A lattice polynomial: every piecewise-linear function is one of affine maps.", ..LATTICE },
    Row { name: "minimum-of-maxima", title: "Minimum of maxima", function: "min(max(x1, x2), max(x3, x4))", on: "[-2,2]^4",
        about: "Its mirror image.", ..LATTICE },
    Row { name: "maximum-with-a-minimum", title: "Maximum with a minimum", function: "max(min(x1, x2), x3)", on: "[-2,2]^3",
        about: "The smallest lattice polynomial with both operations.", ..LATTICE },
    Row { name: "saddle", title: "Saddle", function: "min(max(x1, x2), max(-x1, -x2))", on: "[-2,2]^2",
        about: "Rises along one diagonal and falls along the other.", ..LATTICE },
    Row { name: "tropical-quadratic", title: "Tropical quadratic", function: "max(0, x1, 2*x1 - 1)", on: "[-2,2]", source: TROPICAL,
        about: "A convex polygon line with two kinks.", ..LATTICE },
    Row { name: "tropical-conic", title: "Tropical conic", function: "max(0, x1 + 1, x2 + 1, x1 + x2 + 1, 2*x1, 2*x2)", on: "[-4,4]^2", source: TROPICAL,
        about: "The largest of six affine maps: a quadric of tropical geometry.", ..LATTICE },
    Row { name: "tropical-rational", title: "Difference of tropical lines", function: "max(x1, x2, 0) - max(-x1, -x2, 0)", on: "[-2,2]^2", source: TROPICAL,
        about: "Every network computes a difference of tropical polynomials.", ..LATTICE },
    Row { name: "maxout-unit", title: "Maxout unit", function: "max(x1 + x2, x1 - x2, -2*x1)", on: "[-2,2]^2", source: "Goodfellow et al. 2013",
        about: "The largest of three affine maps.", ..LATTICE },

    // Gates and whole numbers: on finitely many points alone.
    Row { name: "not", title: "Not", function: "not(x1)", on: "{0,1}",
        about: "Affine, so no neuron is needed.", ..GATE },
    Row { name: "and", title: "And", function: "and(x1, x2)", on: "{0,1}^2", source: "McCulloch, Pitts 1943",
        about: "One neuron, as for any number of bits.", ..GATE },
    Row { name: "or", title: "Or", function: "or(x1, x2)", on: "{0,1}^2", source: "McCulloch, Pitts 1943",
        about: "One neuron, as for any number of bits.", ..GATE },
    Row { name: "nand", title: "Nand", function: "nand(x1, x2)", on: "{0,1}^2",
        about: "Every function of bits can be made of it.", ..GATE },
    Row { name: "nor", title: "Nor", function: "nor(x1, x2)", on: "{0,1}^2",
        about: "Every function of bits can be made of it, too.", ..GATE },
    Row { name: "and-of-five", title: "And of five", function: "and(x1, x2, x3, x4, x5)", on: "{0,1}^5", source: "McCulloch, Pitts 1943",
        about: "Still one neuron.", ..GATE },
    Row { name: "or-of-eight", title: "Or of eight", function: "or(x1, x2, x3, x4, x5, x6, x7, x8)", on: "{0,1}^8", source: "McCulloch, Pitts 1943",
        about: "Still one neuron.", ..GATE },
    Row { name: "xor", aliases: &["parity-of-two"], title: "Xor", function: "xor(x1, x2)", on: "{0,1}^2", source: "Minsky, Papert 1969",
        about: "What no single neuron computes.", ..GATE },
    Row { name: "xnor", title: "Xnor", function: "xnor(x1, x2)", on: "{0,1}^2",
        about: "Are two bits the same?", ..GATE },
    Row { name: "parity-of-three", title: "Parity of three bits", function: "parity(x1, x2, x3)", on: "{0,1}^3", source: "Minsky, Papert 1969",
        about: "Is the number of ones odd?", ..GATE },
    Row { name: "parity-of-four", title: "Parity of four bits", function: "parity(x1, x2, x3, x4)", on: "{0,1}^4", source: "Minsky, Papert 1969",
        about: "No more neurons than for three bits.", ..GATE },
    Row { name: "parity-of-eight", title: "Parity of eight bits", function: "parity(x1, x2, x3, x4, x5, x6, x7, x8)", on: "{0,1}^8", source: "Minsky, Papert 1969",
        about: "The sum is folded once, then as for four bits.", ..GATE },
    Row { name: "majority-of-three", title: "Majority of three bits", function: "majority(x1, x2, x3)", on: "{0,1}^3",
        about: "A ramp of the sum.", ..GATE },
    Row { name: "majority-of-five", title: "Majority of five bits", function: "majority(x1, x2, x3, x4, x5)", on: "{0,1}^5",
        about: "Still two neurons.", ..GATE },
    Row { name: "integer-step", title: "Step between whole numbers", function: "clamp(x1, 0, 1)", on: "{-3..4}",
        about: "0 up to 0, and 1 from 1 on.", ..GATE },
    Row { name: "integer-equality", title: "Equality of digits", function: "equal(x1, x2)", on: "{0..9}^2",
        about: "A hat of the difference.", ..GATE },
    Row { name: "integer-comparison", title: "Comparison of digits", function: "less(x1, x2)", on: "{0..9}^2",
        about: "A ramp of the difference.", ..GATE },
    Row { name: "comparison-of-three-bits", title: "Comparison of binary numbers", function: "less(4*x1 + 2*x2 + x3, 4*x4 + 2*x5 + x6)", on: "{0,1}^6",
        about: "Two numbers of three bits each: a ramp of one linear form.", ..GATE },
    Row { name: "half-adder", title: "Half adder", function: "(xor(x1, x2), and(x1, x2))", on: "{0,1}^2",
        about: "Sum and carry of two bits share a neuron.", ..GATE },
    Row { name: "full-adder", title: "Full adder", function: "(parity(x1, x2, x3), majority(x1, x2, x3))", on: "{0,1}^3",
        about: "Sum and carry of three bits.", ..GATE },
    Row { name: "two-bit-adder", title: "Adder of two bits", function: "(xor(x1, x2), xor(x3, x4, and(x1, x2)), majority(x3, x4, and(x1, x2)))", on: "{0,1}^4",
        about: "Two numbers of two bits, the low ones first.", ..GATE },
    Row { name: "multiplexer", title: "Multiplexer", function: "mux(x1, x2, x3)", on: "{0,1}^3",
        about: "x2 where x1 is 1, x3 where it is 0.", ..GATE },
    Row { name: "four-way-multiplexer", title: "Multiplexer of four", function: "mux(x1, mux(x2, x3, x4), mux(x2, x5, x6))", on: "{0,1}^6",
        about: "Two bits choose one of four.",
        also: &[("1 - relu(x2 - x1 - 3/2*x5) + relu(x4 - 2*x2 - x3 + 1) - relu(2*x1 - x2 - x3) - relu(x4 - 7/2*x1 - 3*x2 - x3 - x6 + 2)", "found by searching")], ..GATE },
    Row { name: "addition-modulo-five", title: "Addition modulo five", function: "add_mod(x1, x2, 5)", on: "{0..4}^2", source: "Power et al. 2022, Nanda et al. 2023, who train it",
        about: "A sum with one turn.", ..GATE },
    Row { name: "lookup-table", title: "A table", function: "table(x1; 3, 1, 4, 1, 5, 9, 2, 6)", on: "{0..7}",
        about: "Eight values, a piece between each two.", ..GATE },
];

/// Minimum and maximum of 2 to 16.
pub(super) const COUNTED: Row = Row { on: "[-2,2]", source: ARORA, ..EXTREMA };

/// Other circuits of some of them, after their names.
#[rustfmt::skip]
pub(super) const COUNTED_ALSO: &[(&str, &[(&str, &str)])] = &[
    ("maximum-of-three", &[
        ("relu(x3 + relu(x1 - x3)) - relu(-x3 - relu(x1 - x3)) + relu(relu(x2 - x3) - relu(x1 - x3))", "about the pivot x3"),
    ]),
    ("maximum-of-five", &[(
        "(max(2*x5, x1 + x2, max(x1, x3) + max(x1, x4)) + max(2*x5, x1 + x2, max(x2, x3) + max(x2, x4)) \
         + max(2*x5, x3 + x4, max(x1, x3) + max(x2, x3)) + max(2*x5, x3 + x4, max(x1, x4) + max(x2, x4)) \
         + max(2*x5, x1 + x2, x3 + x4) \
         - max(2*x5, x1 + x2, x3 + max(x1, x4)) - max(2*x5, x1 + x2, x4 + max(x1, x3)) \
         - max(2*x5, x1 + x2, x3 + max(x2, x4)) - max(2*x5, x1 + x2, x4 + max(x2, x3)))/2",
        "in two layers, after Bakaev et al. 2025",
    )]),
];

/// Who studied the minimum and the maximum of so many; the tournament otherwise.
pub(super) const COUNTED_SOURCES: &[(&str, &str)] = &[
    ("minimum", NOTEBOOK),
    ("minimum-of-four", NOTEBOOK),
    ("maximum", ARORA),
    ("maximum-of-five", "Arora et al. 2018; in two layers Bakaev et al. 2025"),
];
