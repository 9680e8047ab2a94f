"""What is measured, against whom. Run by `./mithaq bench NAME`."""
