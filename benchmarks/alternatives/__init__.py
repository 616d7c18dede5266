"""What leadlight is compared with, one file each: written as their users would, for speed.

Each class takes a workload, and has `name`, `version` and `compile_seconds`. `measure(budget)` trains, for about
`budget` seconds where it goes on with another part each time (`in_parts`), and returns what the whole takes. `losses`
are then, for each run, those of every step or (`losses_of`) the mean of every epoch, NaN where not taken; they
agree with leadlight's to `tolerance`, relative where they are above 1, over the first ten epochs of `work`.
"""
