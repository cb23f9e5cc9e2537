//! Positions as types: the position in one list cannot index another.
//!
//! A list and further values for each of its items are [`IndexVec`]s of one position type, so that
//! the position of a segment finds the segment, its digest and its status, but no block or note.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut, Index, IndexMut};

/// Position in a list of one kind.
pub trait Idx: Copy {
    /// Makes a position from a number; the first position is 0.
    fn new(number: usize) -> Self;

    /// Returns the position as a number.
    fn number(self) -> usize;

    /// Returns the first `count` positions, in order.
    fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..count).map(Self::new)
    }
}

/// Range of positions in a list. Its end is behind its last position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct IndexRange<I> {
    pub start: I,
    pub end: I,
}

impl<I: Idx> IndexRange<I> {
    /// Returns the positions in the range.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator {
        (self.start.number()..self.end.number()).map(I::new)
    }

    /// Returns the number of positions.
    pub fn len(self) -> usize {
        self.iter().len()
    }

    /// Returns true if the range is empty.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Defines a position of four bytes.
macro_rules! position {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident;) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        $visibility struct $name(u32);

        impl crate::base::Idx for $name {
            fn new(number: usize) -> Self {
                Self(number as u32)
            }

            fn number(self) -> usize {
                self.0 as usize
            }
        }
    };
}

pub(crate) use position;

/// List that only positions of the type `I` index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexVec<I, T> {
    items: Vec<T>,
    position: PhantomData<I>,
}

impl<I: Idx, T> IndexVec<I, T> {
    /// Returns the items with their positions.
    pub fn enumerated(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.positions().zip(&self.items)
    }

    /// Returns an item, if the list has this position.
    pub fn get(&self, at: I) -> Option<&T> {
        self.items.get(at.number())
    }

    /// Returns the position behind the last item, where the next one will be.
    pub fn end(&self) -> I {
        I::new(self.items.len())
    }

    /// Adds an item.
    pub fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Returns the positions of all items.
    pub fn positions(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        I::first(self.items.len())
    }
}

impl<I, T: Clone> IndexVec<I, T> {
    /// Makes a list of `count` equal items.
    pub fn filled(item: T, count: usize) -> Self {
        vec![item; count].into()
    }
}

impl<I, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<I, T> From<Vec<T>> for IndexVec<I, T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, position: PhantomData }
    }
}

impl<I, T> From<Box<[T]>> for IndexVec<I, T> {
    fn from(items: Box<[T]>) -> Self {
        items.into_vec().into()
    }
}

impl<I, T> From<IndexVec<I, T>> for Vec<T> {
    fn from(list: IndexVec<I, T>) -> Self {
        list.items
    }
}

impl<I, T> FromIterator<T> for IndexVec<I, T> {
    fn from_iter<A: IntoIterator<Item = T>>(items: A) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<'a, I, T> IntoIterator for &'a IndexVec<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<I, T> Deref for IndexVec<I, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<I, T> DerefMut for IndexVec<I, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items
    }
}

impl<I: Idx, T> Index<I> for IndexVec<I, T> {
    type Output = T;

    fn index(&self, at: I) -> &T {
        &self.items[at.number()]
    }
}

impl<I: Idx, T> IndexMut<I> for IndexVec<I, T> {
    fn index_mut(&mut self, at: I) -> &mut T {
        &mut self.items[at.number()]
    }
}
