//! Where things of a picture stand: accounts in columns, so that most arrows lead to the right,
//! and in an account those who call to the left of what is called.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{AccountBox, Arrow, Diagram, VertexKind};

/// The size of a node.
const NODE: (usize, usize) = (230, 40);
/// Between two nodes, one below the other and side by side.
const NODE_GAP: (usize, usize) = (70, 16);
const PADDING: usize = 16;
/// The height of the name of an account.
const TITLE: usize = 26;
/// Between two columns of accounts, and between two stacks that one column is made of.
const COLUMN_GAP: usize = 190;
const STACK_GAP: usize = 60;
const ROW_GAP: usize = 32;
/// Around everything; a line that ends on the side where it starts has to find room in it.
const MARGIN: usize = 48;
/// How much of the end of a line is straight, so that its head points where it leads.
const STRAIGHT: usize = 8;
/// How many nodes stand one below the other in an account.
const MOST_ROWS: usize = 16;
/// Chains that are longer than this many columns end in the last one.
const MOST_COLUMNS: usize = 6;
/// Where the arrows between the same two nodes start and end, from the upper edge.
const PORTS: [usize; 5] = [20, 27, 13, 34, 6];

/// A rectangle, by its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// A line that is level, bends, and is level again: accounts are passed between two rows of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it starts and where it ends.
    pub(super) ends: [(usize, usize); 2],
    /// Where the bend starts, where it is steep, and where it ends.
    pub(super) bend: [usize; 3],
}

/// All places.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Of the boxes, in their order.
    pub(super) boxes: Vec<Place>,
    /// Of the nodes, by their numbers.
    pub(super) nodes: BTreeMap<usize, Place>,
    /// The boxes of the nodes.
    box_of: BTreeMap<usize, usize>,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Places for all of `diagram`.
pub(super) fn of(diagram: &Diagram) -> Layout {
    let box_of = boxes_of_nodes(diagram);
    let leads = Leads::of(diagram, &box_of);
    let sizes: Vec<(usize, usize)> = diagram.boxes.iter().map(size).collect();
    let mut layout = Layout { boxes: vec![Place::default(); sizes.len()], box_of, ..Layout::default() };
    let limit = limit(&sizes);
    let mut left = MARGIN;
    for column in columns(&leads, diagram) {
        let ordered = leads.ordered(&column, &layout.boxes);
        left = layout.stack(&ordered, &sizes, left, limit) + COLUMN_GAP;
    }
    layout.width = (left + MARGIN).saturating_sub(COLUMN_GAP);
    let bottoms = layout.boxes.iter().map(|place| place.y + place.height);
    layout.height = bottoms.max().unwrap_or_default() + MARGIN;
    for (account, place) in diagram.boxes.iter().zip(&layout.boxes) {
        layout.nodes.extend(nodes(account, *place));
    }
    layout
}

impl Layout {
    /// Puts the boxes one below the other, and side by side where there are too many; gives the right edge.
    fn stack(&mut self, boxes: &[usize], sizes: &[(usize, usize)], left: usize, limit: usize) -> usize {
        let (mut x, mut y, mut right) = (left, MARGIN, left);
        for number in boxes {
            let (width, height) = sizes.get(*number).copied().unwrap_or_default();
            if y > MARGIN && y + height > limit {
                (x, y) = (right + STACK_GAP, MARGIN);
            }
            self.boxes.get_mut(*number).into_iter().for_each(|place| *place = Place { x, y, width, height });
            y += height + ROW_GAP;
            right = right.max(x + width);
        }
        right
    }

    /// The line of an arrow that is the `port`th one between its two nodes.
    pub(super) fn line(&self, arrow: &Arrow, port: usize) -> Option<Line> {
        let (start, end) = (self.nodes.get(&arrow.from)?, self.nodes.get(&arrow.to)?);
        let (from_box, to_box) = (self.box_of.get(&arrow.from)?, self.box_of.get(&arrow.to)?);
        // Within an account lines bend between two lanes, else between two accounts.
        let (from, to) =
            if from_box == to_box { (*start, *end) } else { (*self.boxes.get(*from_box)?, *self.boxes.get(*to_box)?) };
        let port = PORTS.get(port % PORTS.len()).copied().unwrap_or_default();
        let (high, low) = (start.y + port, end.y + port);
        let room = if from_box == to_box { NODE_GAP.0 } else { COLUMN_GAP } - STRAIGHT;
        Some(if from.right() < to.x {
            let behind = from.right() + room.min(to.x - from.right()).saturating_sub(STRAIGHT);
            let bend = [from.right(), (from.right() + behind) / 2, behind];
            Line { ends: [(start.right(), high), (end.x, low)], bend }
        } else if to.right() < from.x {
            let behind = from.x - room.min(from.x - to.right()).saturating_sub(STRAIGHT);
            Line { ends: [(start.x, high), (end.right(), low)], bend: [from.x, (from.x + behind) / 2, behind] }
        } else {
            let right = from.right().max(to.right());
            let aside = right + (24 + high.abs_diff(low) / 8).min(MARGIN);
            Line { ends: [(start.right(), high), (end.right(), low)], bend: [right, aside, right + STRAIGHT] }
        })
    }
}

impl Place {
    const fn right(self) -> usize {
        self.x + self.width
    }
}

fn boxes_of_nodes(diagram: &Diagram) -> BTreeMap<usize, usize> {
    let nodes = |(number, account): (usize, &AccountBox)| -> Vec<(usize, usize)> {
        account.vertices.iter().map(|vertex| (vertex.id, number)).collect()
    };
    diagram.boxes.iter().enumerate().flat_map(nodes).collect()
}

/// The number of each arrow among those between the same two nodes.
pub(super) fn ports(arrows: &[Arrow]) -> impl Iterator<Item = usize> {
    let mut used: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    arrows.iter().map(move |arrow| {
        let next = used.entry((arrow.from.min(arrow.to), arrow.from.max(arrow.to))).or_default();
        *next += 1;
        *next - 1
    })
}

/// The nodes of an account from left to right and, in each lane, from top to bottom.
fn lanes(account: &AccountBox) -> Vec<Vec<usize>> {
    let is_called = |kind: VertexKind| kind == VertexKind::Resource;
    let of = |called: bool| -> Vec<usize> {
        account.vertices.iter().filter(|it| is_called(it.kind) == called).map(|it| it.id).collect()
    };
    let both = [of(false), of(true)];
    both.iter().flat_map(|nodes| nodes.chunks(MOST_ROWS)).map(<[usize]>::to_vec).collect()
}

fn size(account: &AccountBox) -> (usize, usize) {
    let lanes = lanes(account);
    let rows = lanes.iter().map(Vec::len).max().unwrap_or_default();
    let width = 2 * PADDING + lanes.len() * (NODE.0 + NODE_GAP.0);
    let half_row = if lanes.len() > 1 { row(0, 1) } else { 0 };
    (width.saturating_sub(NODE_GAP.0), TITLE + PADDING + row(rows, 0) + half_row)
}

/// The places of the nodes of an account in that of the account.
fn nodes(account: &AccountBox, around: Place) -> impl Iterator<Item = (usize, Place)> {
    let (width, height) = NODE;
    lanes(account).into_iter().enumerate().flat_map(move |(lane, nodes)| {
        let x = around.x + PADDING + lane * (width + NODE_GAP.0);
        let y = move |number: usize| around.y + TITLE + PADDING / 2 + row(number, lane);
        nodes.into_iter().enumerate().map(move |(row, id)| (id, Place { x, y: y(row), width, height }))
    })
}

/// How far below the first row a row of a lane is: every other lane is lower by half a row, so
/// that lines between two nodes of one lane lead to nodes of the next.
const fn row(number: usize, lane: usize) -> usize {
    (2 * number + lane % 2) * (NODE.1 + NODE_GAP.1) / 2
}

/// The height of a picture that is wider than high, as screens are.
fn limit(sizes: &[(usize, usize)]) -> usize {
    let area: usize = sizes.iter().map(|(width, height)| (width + COLUMN_GAP) * (height + ROW_GAP)).sum();
    let tallest = sizes.iter().map(|(_, height)| *height).max().unwrap_or_default();
    (area * 5 / 8).isqrt().max(tallest) + MARGIN
}

/// Which boxes arrows lead to from each one, and from which ones.
struct Leads {
    to: Vec<BTreeSet<usize>>,
    from: Vec<BTreeSet<usize>>,
}

impl Leads {
    fn of(diagram: &Diagram, box_of: &BTreeMap<usize, usize>) -> Self {
        let none = vec![BTreeSet::new(); diagram.boxes.len()];
        let mut leads = Self { to: none.clone(), from: none };
        for arrow in &diagram.arrows {
            let (Some(from), Some(to)) = (box_of.get(&arrow.from), box_of.get(&arrow.to)) else { continue };
            if from != to {
                leads.to.get_mut(*from).into_iter().for_each(|it| _ = it.insert(*to));
                leads.from.get_mut(*to).into_iter().for_each(|it| _ = it.insert(*from));
            }
        }
        leads
    }

    /// The boxes of a column, each near those that lead to it, and those that nothing leads to or from at the bottom.
    fn ordered(&self, column: &[usize], places: &[Place]) -> Vec<usize> {
        let middle = |number: &usize| places.get(*number).filter(|it| it.width > 0).map(|it| it.y + it.height / 2);
        let middles =
            |number: usize| -> Vec<usize> { self.from.get(number).into_iter().flatten().filter_map(middle).collect() };
        let is_alone =
            |number: usize| [&self.from, &self.to].iter().all(|it| it.get(number).is_none_or(|it| it.is_empty()));
        let mut ordered: Vec<(bool, usize, usize)> = Vec::with_capacity(column.len());
        for number in column {
            let middles = middles(*number);
            let mean = middles.iter().sum::<usize>().checked_div(middles.len());
            ordered.push((is_alone(*number), mean.unwrap_or(usize::MAX), *number));
        }
        ordered.sort_unstable();
        ordered.into_iter().map(|(.., number)| number).collect()
    }
}

/// The boxes of each column: each box is behind those that lead to it, where they do not do so in a circle.
/// What is in no account leads nearly everywhere and is in a column of its own.
fn columns(leads: &Leads, diagram: &Diagram) -> Vec<Vec<usize>> {
    let (accounts, others): (Vec<usize>, Vec<usize>) = (0..diagram.boxes.len())
        .partition(|number| diagram.boxes.get(*number).is_some_and(|account| account.name.is_some()));
    let outside: BTreeSet<usize> = others.iter().copied().collect();
    let mut columns = Vec::from_iter((!others.is_empty()).then_some(others));
    let first = columns.len();
    let mut waits: BTreeMap<usize, usize> = BTreeMap::new();
    let mut next: BTreeSet<(bool, Reverse<usize>, usize)> = BTreeSet::new();
    let led_to = |number: usize| leads.to.get(number).into_iter().flatten().copied();
    // Where all that are left lead to each other in circles, the one that leads to most starts.
    let rank = |number: usize, waits: usize| (waits > 0, Reverse(led_to(number).count()), number);
    for number in accounts {
        let count = leads.from.get(number).map_or(0, |from| from.difference(&outside).count());
        waits.insert(number, count);
        next.insert(rank(number, count));
    }
    let mut column_of: BTreeMap<usize, usize> = BTreeMap::new();
    while let Some((_, _, number)) = next.pop_first() {
        waits.remove(&number);
        let column = column_of.get(&number).copied().unwrap_or(first);
        if columns.len() <= column {
            columns.resize(column + 1, Vec::new());
        }
        columns.get_mut(column).into_iter().for_each(|it| it.push(number));
        for led in led_to(number) {
            let Some(count) = waits.get_mut(&led) else { continue };
            next.remove(&rank(led, *count));
            *count = count.saturating_sub(1);
            next.insert(rank(led, *count));
            let behind = column_of.entry(led).or_insert(first);
            *behind = (*behind).max(column + 1).min(first + MOST_COLUMNS);
        }
    }
    columns
}
