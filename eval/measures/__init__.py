"""One measure a file, each nearly all definition. Shares are 0–1 unless said."""
