"""From rows to the engines' inputs and back; one module for each noun. Writes nothing."""
