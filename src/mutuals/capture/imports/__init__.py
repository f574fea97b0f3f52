"""Files on their way in: begin, choose, check, run; the same planning behind the preview and the result."""
