"""Send notifications, one module or folder for each channel."""
