"""The operator's door over HTTP: is it alive, can it serve, how is it doing."""
