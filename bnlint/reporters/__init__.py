"""What people and programs read: one module an output format. They turn reports into text and decide nothing."""
