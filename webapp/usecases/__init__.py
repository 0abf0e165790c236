"""Use cases: functions that own their transactions; none holds one over a network call (G4)."""
