"""The panel meeting on the band around the line: agenda, drawn order, sealed marks, minutes, disclosure."""
