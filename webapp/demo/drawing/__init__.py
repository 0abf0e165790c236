"""The demo's own illustrations: flat food seen from above or from the side, composed from a few parameters a dish."""
