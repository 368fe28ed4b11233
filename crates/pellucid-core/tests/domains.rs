//! Random domains of all kinds: they print and read, and contain what their texts say.

mod common;

use common::rational;
use pellucid_core::{Affine, Domain, Rational, numbered_inputs};
use proptest::prelude::*;

fn increasing(mut values: Vec<Rational>) -> Vec<Rational> {
    values.sort();
    values.dedup();
    values
}

fn sides(n: usize) -> impl Strategy<Value = Vec<(Rational, Rational)>> {
    let wide = |(a, b): (Rational, Rational)| if a < b { (a, b) } else { (b, a + Rational::one()) };
    prop::collection::vec((rational(), rational()).prop_map(wide), n)
}

fn rows(n: usize, at_least: usize) -> impl Strategy<Value = Vec<Affine>> {
    let row = (prop::collection::vec(rational(), n), rational())
        .prop_map(|(coefficients, constant)| Affine { coefficients, constant })
        .prop_filter("a row is not constant", |row| !row.is_constant());
    prop::collection::vec(row, at_least..4)
}

/// A domain of one of the four kinds, with its number of inputs.
fn domain() -> impl Strategy<Value = (usize, Domain)> {
    (1usize..=3).prop_flat_map(|n| {
        let values = prop::collection::vec(prop::collection::vec(rational(), 1..6).prop_map(increasing), n);
        prop_oneof![
            Just(Domain::Everywhere),
            sides(n).prop_map(Domain::Box),
            (prop::option::of(sides(n)), rows(n, 1)).prop_map(|(sides, rows)| Domain::Polyhedron { sides, rows }),
            (values, rows(n, 0)).prop_map(|(values, rows)| Domain::Finite { values, rows }),
        ]
        .prop_map(move |domain| (n, domain))
    })
}

fn rows_index(rows: &[Affine], row: &Affine) -> usize {
    rows.iter().position(|known| known == row).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn domains_print_and_read((n, domain) in domain()) {
        prop_assert!(domain.fits(n) && (!domain.fits(n + 1) || domain == Domain::Everywhere));
        prop_assert_eq!(&Domain::parse(&domain.to_string(), &numbered_inputs(n)).unwrap(), &domain);
        let phrase = domain.phrase();
        prop_assert_eq!(&Domain::parse(phrase.strip_prefix("on ").unwrap_or(&phrase), &numbered_inputs(n)).unwrap(), &domain);
        // In the inputs' own names, and in a certificate, which knows no names. Names may mislead.
        let names = ["x2", "b", "where_"].map(String::from)[..n].to_vec();
        prop_assert_eq!(&Domain::parse(&domain.to_text(&names), &names).unwrap(), &domain);
        let json = serde_json::to_string(&domain).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Domain>(&json).unwrap(), &domain);
    }

    #[test]
    fn containment_and_bounds_agree(
        (n, domain) in domain(), point in prop::collection::vec(rational(), 3), row in rows(3, 1)
    ) {
        let (point, map) = (&point[..n], Affine { coefficients: row[0].coefficients[..n].to_vec(), ..row[0].clone() });
        let rows = domain.rows(n);
        if domain.contains(point) {
            prop_assert!(domain.hull().contains(point));
            prop_assert!(rows.iter().all(|row| !row.at(point).is_negative()));
            let (low, high) = domain.range(&map);
            prop_assert!(low.is_none_or(|low| low <= map.at(point)) && high.is_none_or(|high| map.at(point) <= high));
        }
        if !matches!(domain, Domain::Finite { .. }) {
            prop_assert_eq!(domain.contains(point), rows.iter().all(|row| !row.at(point).is_negative()));
            prop_assert_eq!(domain.contains_inside(point), rows.iter().all(|row| row.at(point).is_positive()));
        }
        prop_assert!(domain.hull().fits(n) && domain.lies_in(&domain) && domain.lies_in(&domain.hull()));
    }

    /// What plainly lies in another domain does: here in others with wider or narrower sides and
    /// some of its conditions.
    #[test]
    fn lying_in_another_domain(
        (n, one) in domain(), by in rational(), keep in prop::bits::u8::ANY,
        points in prop::collection::vec(prop::collection::vec(rational(), 3), 20)
    ) {
        let mut rows = one.conditions().to_vec();
        rows.retain(|row| keep >> (rows_index(one.conditions(), row) % 8) & 1 == 1);
        let sides = match one.hull() {
            Domain::Box(sides) => Some(sides.into_iter().map(|(low, high)| (low - &by, high)).collect::<Vec<_>>()),
            _ => None,
        };
        prop_assume!(sides.iter().flatten().all(|(low, high)| low < high));
        let other = match (sides, rows.is_empty()) {
            (None, true) => Domain::Everywhere,
            (Some(sides), true) => Domain::Box(sides),
            (sides, false) => Domain::Polyhedron { sides, rows },
        };
        prop_assert!(one.lies_in(&other) || by.is_negative());
        for point in points.iter().map(|point| &point[..n]) {
            prop_assert!(!one.lies_in(&other) || !one.contains(point) || other.contains(point));
        }
    }

    /// `<`, `>` and `=` between points with fractions, against the comparison itself.
    #[test]
    fn strict_conditions_between_points(
        values in prop::collection::vec(prop::collection::vec(rational(), 1..5).prop_map(increasing), 2),
        row in rows(2, 1), sign in prop::sample::select(&["<", ">", "=", "<=", ">="][..])
    ) {
        let text = format!("{} {sign} {}", Affine { constant: Rational::zero(), ..row[0].clone() }, -&row[0].constant);
        let all = Domain::Finite { values: values.clone(), rows: Vec::new() };
        let Ok(domain) = all.and_where(&text, &numbered_inputs(2)) else { return Err(TestCaseError::fail(text)) };
        for (a, b) in values[0].iter().flat_map(|a| values[1].iter().map(move |b| (a.clone(), b.clone()))) {
            let point = [a, b];
            let order = row[0].at(&point).cmp(&Rational::zero());
            let holds = match sign {
                "<" => order.is_lt(),
                ">" => order.is_gt(),
                "=" => order.is_eq(),
                "<=" => order.is_le(),
                _ => order.is_ge(),
            };
            prop_assert_eq!(domain.contains(&point), holds, "{} at {:?}", text, point);
        }
    }
}

#[test]
fn domains_in_many_spellings() {
    let names = ["a".to_string(), "b".to_string()];
    let check = |text: &str, printed: &str| {
        let domain = Domain::parse(text, &names).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(domain.to_text(&names), printed, "{text}");
    };
    check("everywhere where 0 <= a <= b <= 1", "R^2 where a >= 0 and -a + b >= 0 and 1 - b >= 0");
    check("where a >= b", "R^2 where a - b >= 0");
    check("R^2 where a≥b, a ≤ 3", "R^2 where a - b >= 0 and 3 - a >= 0");
    check("R^2", "everywhere");
    check("[0,1]^2 where a + b >= a + b", "[0, 1]^2");
    check("a in [0,1], b in [2,3] where 2*(a - b) >= -max(3, 4)", "[0, 1] x [2, 3] where 2*a - 2*b + 4 >= 0");
    check("{1,0} x {3..5, -1/2, 7, 6}", "{0, 1} x {-1/2, 3..7}");
    check("a in {0,1}, b in {0..9}", "{0, 1} x {0..9}");
    check("{0..9}^2 where a < b", "{0..9}^2 where -a + b - 1 >= 0");
    check("{0,1/2}^2 where a > b", "{0, 1/2}^2 where a - b - 1/2 >= 0");
    check("{0..9}^2 where a + b = 9", "{0..9}^2 where a + b - 9 >= 0 and 9 - a - b >= 0");
}

#[test]
fn an_input_may_be_called_like_a_word_of_the_language() {
    let names = ["x".to_string(), "R".to_string()];
    let domain = Domain::parse("x in [0,1], R in [0,2] where x >= R", &names).unwrap();
    assert_eq!(domain.to_text(&names), "[0, 1] x [0, 2] where x - R >= 0");
}
