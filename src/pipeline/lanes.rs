//! Owns fairness: work waits in one lane a host, lanes take turns, and a slow host never holds more than its share.

use std::collections::{HashMap, VecDeque};

/// Work that waits, by host. Counts of what is in flight are the caller's to keep true, by [`Lanes::release`].
#[derive(Debug)]
pub(super) struct Lanes<T> {
    by_host: HashMap<String, Lane<T>>,
    /// Lanes with work and room, each once, in the order of their turns.
    turns: VecDeque<String>,
    in_flight_max: usize,
    n_waiting: usize,
}

#[derive(Debug)]
struct Lane<T> {
    waiting: VecDeque<T>,
    n_in_flight: usize,
    has_turn: bool,
}

impl<T> Lanes<T> {
    /// Lets at most `in_flight_max` pieces of work of one host be in flight.
    pub(super) fn new(in_flight_max: usize) -> Self {
        Self { by_host: HashMap::new(), turns: VecDeque::new(), in_flight_max: in_flight_max.max(1), n_waiting: 0 }
    }

    pub(super) fn n_waiting(&self) -> usize {
        self.n_waiting
    }

    pub(super) fn push(&mut self, host: &str, work: T) {
        let lane = self.by_host.entry(host.to_owned()).or_insert_with(|| Lane {
            waiting: VecDeque::new(),
            n_in_flight: 0,
            has_turn: false,
        });
        lane.waiting.push_back(work);
        self.n_waiting += 1;
        self.give_turn(host);
    }

    /// Returns the next work of a host that has room for it.
    pub(super) fn take(&mut self) -> Option<(String, T)> {
        let host = self.turns.pop_front()?;
        let lane = self.by_host.get_mut(&host)?;
        lane.has_turn = false;
        let work = lane.waiting.pop_front()?;
        lane.n_in_flight += 1;
        self.n_waiting -= 1;
        self.give_turn(&host);
        Some((host, work))
    }

    /// Takes note that work of the host is no longer in flight.
    pub(super) fn release(&mut self, host: &str) {
        let Some(lane) = self.by_host.get_mut(host) else { return };
        lane.n_in_flight = lane.n_in_flight.saturating_sub(1);
        if lane.n_in_flight == 0 && lane.waiting.is_empty() {
            self.by_host.remove(host);
            return;
        }
        self.give_turn(host);
    }

    fn give_turn(&mut self, host: &str) {
        let Some(lane) = self.by_host.get_mut(host) else { return };
        if !lane.has_turn && !lane.waiting.is_empty() && lane.n_in_flight < self.in_flight_max {
            lane.has_turn = true;
            self.turns.push_back(host.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(lanes: &mut Lanes<u32>) -> Vec<u32> {
        std::iter::from_fn(|| lanes.take()).map(|(_, work)| work).collect()
    }

    #[test]
    fn a_host_with_much_work_leaves_room_for_the_others() {
        let mut lanes = Lanes::new(2);
        for work in 0..100 {
            lanes.push("slow", work);
        }
        lanes.push("quick", 200);
        assert_eq!(taken(&mut lanes), [0, 200, 1]);
        assert_eq!(lanes.n_waiting(), 98);
    }

    #[test]
    fn released_room_is_used_again() {
        let mut lanes = Lanes::new(1);
        lanes.push("a", 1);
        lanes.push("a", 2);
        assert_eq!(taken(&mut lanes), [1]);
        lanes.release("a");
        assert_eq!(taken(&mut lanes), [2]);
        lanes.release("a");
        assert!(lanes.by_host.is_empty(), "a host without work takes no memory");
        lanes.push("a", 3);
        assert_eq!(taken(&mut lanes), [3]);
    }
}
