"""Buying rewards with points: intent, call, result; and the truth read back when the answer was lost (R1, R2, G10)."""
