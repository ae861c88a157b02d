//! The ground of Fondaco: exact values, the storage contract, and the unit of work every engine acts in.
