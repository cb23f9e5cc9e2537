//! Maps of places: positions and coasts projected onto a drawing, in units of an SVG.
//!
//! The projection is equirectangular, with the middle parallel of the map in its true length. A
//! second map shows the area in which most of the places are, if it is much smaller than the whole.
//! Coasts and borders come from the site's data (GeoJSON); without them the map has a grid only.

use std::ops::Range;

use serde_json::Value as Json;

/// Width of a drawing.
const WIDTH: f64 = 720.0;
/// Space around the outermost places, as a part of the extent.
const MARGIN: f64 = 0.08;
/// The least extent of a map, in degrees.
const MIN_EXTENT: f64 = 8.0;
/// Share of the places that the second map shows.
const MOST: f64 = 0.7;
/// Greatest ratio of the areas of the second map and the first.
const MUCH_SMALLER: f64 = 0.3;
/// Height of a line of a label, and width of a character.
const LABEL: (f64, f64) = (14.0, 7.2);

/// A map.
#[derive(Debug, PartialEq)]
pub(super) struct Map {
    pub(super) width: f64,
    pub(super) height: f64,
    /// SVG path of coasts and borders.
    pub(super) outlines: String,
    /// SVG path of the grid of parallels and meridians.
    pub(super) grid: String,
    pub(super) places: Vec<MapPlace>,
}

/// A place on a map.
#[derive(Debug, PartialEq)]
pub(super) struct MapPlace {
    /// Position in the list of places.
    pub(super) index: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    /// Position of the label; `None` if there is no room for it.
    pub(super) label: Option<(f64, f64, Anchor)>,
}

/// Side of a label's text at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    /// Returns the value of SVG's `text-anchor`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A line of a coast or a border: longitudes and latitudes.
type Line = Vec<(f64, f64)>;

/// Reads lines from GeoJSON: `MultiLineString`, `LineString`, or polygons as their rings, alone or
/// in collections. Returns the reason if it cannot be read.
pub(super) fn lines(geojson: &str) -> Result<Vec<Line>, String> {
    let json: Json = serde_json::from_str(geojson).map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    collect(&json, 0, &mut lines);
    if lines.is_empty() { Err("it has no lines and no polygons".to_owned()) } else { Ok(lines) }
}

fn collect(json: &Json, depth: usize, lines: &mut Vec<Line>) {
    if depth > 16 {
        return;
    }
    match json {
        Json::Object(fields) => ["features", "geometries", "geometry", "coordinates"]
            .iter()
            .filter_map(|key| fields.get(*key))
            .for_each(|value| collect(value, depth + 1, lines)),
        Json::Array(items) => {
            let point = |item: &Json| Some((item.get(0)?.as_f64()?, item.get(1)?.as_f64()?));
            match items.iter().map(point).collect::<Option<Line>>() {
                Some(line) if line.len() > 1 => lines.push(line),
                _ => items.iter().for_each(|item| collect(item, depth + 1, lines)),
            }
        }
        _ => {}
    }
}

/// Part of the Earth that a map shows, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

impl Frame {
    /// Returns the frame around places, given by latitude and longitude.
    fn around(places: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut west, mut east, mut south, mut north) = (180.0_f64, -180.0_f64, 90.0_f64, -90.0_f64);
        for (latitude, longitude) in places {
            (west, east) = (west.min(longitude), east.max(longitude));
            (south, north) = (south.min(latitude), north.max(latitude));
        }
        let grow = |from: f64, to: f64| ((to - from) * MARGIN).max((MIN_EXTENT - (to - from)) / 2.0);
        let (x, y) = (grow(west, east), grow(south, north));
        Self {
            west: (west - x).max(-180.0),
            east: (east + x).min(180.0),
            south: (south - y).max(-90.0),
            north: (north + y).min(90.0),
        }
    }

    /// Returns the ratio of a degree of longitude and a degree of latitude in the map's middle.
    /// Near a pole it is larger than the true one, which would make the map very tall.
    fn ratio(self) -> f64 {
        ((self.north + self.south) / 2.0).to_radians().cos().max(0.25)
    }

    fn scale(self) -> f64 {
        WIDTH / ((self.east - self.west) * self.ratio())
    }

    fn area(self) -> f64 {
        (self.east - self.west) * (self.north - self.south) * self.ratio()
    }

    fn project(self, latitude: f64, longitude: f64) -> (f64, f64) {
        let scale = self.scale();
        ((longitude - self.west) * self.ratio() * scale, (self.north - latitude) * scale)
    }

    fn has(self, latitude: f64, longitude: f64) -> bool {
        (self.west..=self.east).contains(&longitude) && (self.south..=self.north).contains(&latitude)
    }
}

/// Draws places, given by latitude and longitude with the length of their labels in characters.
/// Returns one map or two; none without places.
pub(super) fn maps(places: &[((f64, f64), usize)], lines: &[Line]) -> Vec<Map> {
    if places.is_empty() {
        return Vec::new();
    }
    let whole = Frame::around(places.iter().map(|(place, _)| *place));
    let mut frames = vec![whole];
    let part = Frame::around(central(places).into_iter());
    if part.area() < whole.area() * MUCH_SMALLER {
        frames.insert(0, part);
    }
    frames.into_iter().map(|frame| draw(frame, places, lines)).collect()
}

/// Returns the places nearest to the median position.
fn central(places: &[((f64, f64), usize)]) -> Vec<(f64, f64)> {
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let latitude = median(places.iter().map(|((latitude, _), _)| *latitude).collect());
    let longitude = median(places.iter().map(|((_, longitude), _)| *longitude).collect());
    let ratio = latitude.to_radians().cos();
    let distance = |(y, x): (f64, f64)| ((y - latitude).powi(2) + ((x - longitude) * ratio).powi(2)).sqrt();
    let mut sorted: Vec<(f64, f64)> = places.iter().map(|(place, _)| *place).collect();
    sorted.sort_by(|a, b| distance(*a).total_cmp(&distance(*b)));
    sorted.truncate(((places.len() as f64) * MOST).ceil() as usize);
    sorted
}

/// The parts of a drawing that places and labels cover, in squares of one unit. A list of all boxes
/// would be searched for each label, so that the time would grow with the square of the places.
struct Taken {
    squares: Vec<bool>,
    rows: usize,
}

impl Taken {
    const COLUMNS: usize = WIDTH as usize;

    fn new(height: f64) -> Self {
        let rows = height.ceil() as usize;
        Self { squares: vec![false; rows * Self::COLUMNS], rows }
    }

    /// Covers a box, given by its sides: left, top, right, bottom.
    fn take(&mut self, sides: [f64; 4]) {
        self.ranges(sides).for_each(|row| self.squares[row].fill(true));
    }

    fn is_free(&self, sides: [f64; 4]) -> bool {
        self.ranges(sides).all(|row| !self.squares[row].contains(&true))
    }

    /// Returns the squares of a box in each row. A box covers the squares whose middle is in it.
    fn ranges(&self, [left, top, right, bottom]: [f64; 4]) -> impl Iterator<Item = Range<usize>> + use<> {
        let within = |value: f64, most: usize| (value.round().max(0.0) as usize).min(most);
        let (left, right) = (within(left, Self::COLUMNS), within(right, Self::COLUMNS));
        let rows = within(top, self.rows)..within(bottom, self.rows);
        rows.map(move |row| row * Self::COLUMNS + left..row * Self::COLUMNS + right)
    }
}

fn draw(frame: Frame, places: &[((f64, f64), usize)], lines: &[Line]) -> Map {
    let height = (frame.north - frame.south) * frame.scale();
    let mut taken = Taken::new(height);
    let inside = places.iter().enumerate().filter(|(_, ((latitude, longitude), _))| frame.has(*latitude, *longitude));
    let mut drawn: Vec<(MapPlace, usize)> = inside
        .map(|(index, ((latitude, longitude), length))| {
            let (x, y) = frame.project(*latitude, *longitude);
            taken.take([x - 4.0, y - 4.0, x + 4.0, y + 4.0]);
            (MapPlace { index, x: rounded(x), y: rounded(y), label: None }, *length)
        })
        .collect();
    for (place, length) in &mut drawn {
        let width = *length as f64 * LABEL.1;
        let (x, y) = (place.x, place.y);
        let candidates = [
            (x + 7.0, y + 4.0, Anchor::Start, x + 7.0),
            (x - 7.0, y + 4.0, Anchor::End, x - 7.0 - width),
            (x, y - 8.0, Anchor::Middle, x - width / 2.0),
            (x, y + 17.0, Anchor::Middle, x - width / 2.0),
        ];
        place.label = candidates.into_iter().find_map(|(x, y, anchor, left)| {
            let own = [left, y - LABEL.0 + 3.0, left + width, y + 3.0];
            let is_inside = own[0] >= 0.0 && own[2] <= WIDTH && own[1] >= 0.0 && own[3] <= height;
            (is_inside && taken.is_free(own)).then(|| {
                taken.take(own);
                (rounded(x), rounded(y), anchor)
            })
        });
    }
    let places = drawn.into_iter().map(|(place, _)| place).collect();
    Map { width: WIDTH, height: rounded(height), outlines: outlines(frame, lines), grid: grid(frame, height), places }
}

/// Returns the SVG path of the lines in a frame. Points closer than a unit to the one before are
/// left out.
fn outlines(frame: Frame, lines: &[Line]) -> String {
    let mut path = String::new();
    for line in lines.iter().filter(|line| line.iter().any(|(x, y)| frame.has(*y, *x))) {
        let mut last: Option<(f64, f64)> = None;
        let end = line.len() - 1;
        for (at, (longitude, latitude)) in line.iter().enumerate() {
            let (x, y) = frame.project(*latitude, *longitude);
            match last {
                Some((a, b)) if at != end && (x - a).abs() + (y - b).abs() < 1.0 => continue,
                Some(_) => path.push_str(&format!("L{x:.0} {y:.0}")),
                None => path.push_str(&format!("M{x:.0} {y:.0}")),
            }
            last = Some((x, y));
        }
    }
    path
}

/// Returns the SVG path of a grid with five to ten lines each way.
fn grid(frame: Frame, height: f64) -> String {
    let mut path = String::new();
    let extent = (frame.east - frame.west).max(frame.north - frame.south);
    let step = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 45.0].into_iter().find(|step| extent / step <= 10.0).unwrap_or(60.0);
    let first = |from: f64| (from / step).ceil() * step;
    let mut longitude = first(frame.west);
    while longitude <= frame.east {
        let (x, _) = frame.project(0.0, longitude);
        path.push_str(&format!("M{x:.0} 0V{height:.0}"));
        longitude += step;
    }
    let mut latitude = first(frame.south);
    while latitude <= frame.north {
        let (_, y) = frame.project(latitude, 0.0);
        path.push_str(&format!("M0 {y:.0}H{WIDTH:.0}"));
        latitude += step;
    }
    path
}

fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_true() {
        // Two places on one meridian, 10 degrees apart, and a third as far to the east in
        // kilometres: at 60° north a degree of longitude has half the length.
        let places = [((55.0, 30.0), 3), ((65.0, 30.0), 3), ((60.0, 50.0), 3)];
        let [map] = &maps(&places, &[])[..] else { panic!("one map") };
        let [a, b, c] = &map.places[..] else { panic!("three places") };
        assert_eq!(a.x, b.x);
        assert!(((a.y - b.y) - (c.x - a.x)).abs() < 1.0, "{map:?}");
        assert!(map.places.iter().all(|place| place.label.is_some()));
    }

    #[test]
    fn a_second_map_shows_a_crowd() {
        let mut places: Vec<((f64, f64), usize)> = (0..10).map(|n| ((43.0 + f64::from(n), 70.0), 5)).collect();
        places.push(((-25.0, 134.0), 5));
        let maps = maps(&places, &[]);
        assert_eq!(maps.iter().map(|map| map.places.len()).collect::<Vec<_>>(), [8, 11]);
    }

    #[test]
    fn a_place_at_a_pole_is_on_the_map() {
        for latitude in [90.0, -90.0, 87.0] {
            let [map] = &maps(&[((latitude, 0.0), 5)], &[])[..] else { panic!("one map") };
            assert!(map.places.len() == 1 && (100.0..4_000.0).contains(&map.height), "{map:?}");
        }
    }

    #[test]
    fn lines_come_from_any_geojson() {
        let ring = "[[0,0],[1,0],[1,1],[0,0]]";
        for json in [
            format!("{{\"type\":\"LineString\",\"coordinates\":{ring}}}"),
            format!("{{\"type\":\"Polygon\",\"coordinates\":[{ring}]}}"),
            format!("{{\"features\":[{{\"geometry\":{{\"type\":\"MultiPolygon\",\"coordinates\":[[{ring}]]}}}}]}}"),
        ] {
            assert_eq!(lines(&json).map(|lines| lines.len()), Ok(1), "{json}");
        }
        assert!(lines("{").is_err() && lines("[]").is_err() && lines("{\"coordinates\":[1,2]}").is_err());
        assert!(lines(&format!("{}{}", "[".repeat(100), "]".repeat(100))).is_err());
    }
}
