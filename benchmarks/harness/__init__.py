"""What the benchmarks of compatibility share: data sets, models, resumable runs, reports."""
