"""What cells display and prose may hold, made fit for every builder: tables, formulas, codes, folds."""
