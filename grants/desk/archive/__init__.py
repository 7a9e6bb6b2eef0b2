"""归档: the file of a project as one package that proves itself, and the papers that are printed for it."""
