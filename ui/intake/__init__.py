"""What comes in over HTTP: uploads, the queue that they wait in, the process that reads them."""
