from gridward.kernel.registry import registry


def test_the_line_is_found_and_its_bulletin_names_its_own_figures():
    line = registry().lines["command"]
    assert set(line.bulletin) <= {figure.key for figure in line.figures}
