"""The jobs page: what goes on in the background, with progress, logs, cancelling and retrying."""
