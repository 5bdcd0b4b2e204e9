"""The browser's face: pages and an API over the same jobs as the command line."""
