"""The basket, and the codes and rewards put into it."""
