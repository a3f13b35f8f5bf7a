"""The class report in a real browser: it sorts, asks for nothing, can be read by everybody, and text stays text."""

import pytest

from course.marking import registry
from course.reporting.class_report.page import class_page
from course.reporting.class_report.summary import summarise
from tests.browser import scrolls_sideways, violations
from tests.mark_schemes import SOLUTIONS
from tests.reporting.small_class import ANSWER, EXERCISE, HOSTILE, SLIP, STUDENTS, small_class


@pytest.fixture(scope="module")
def html():
    return class_page(summarise(small_class(registry.load((SOLUTIONS,))[EXERCISE])))


@pytest.fixture(scope="module")
def address(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "class report é.html"
    path.write_text(html, "utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def wide(web, address):
    """The page as it opens on a desk; every test leaves its tables sorted as it likes."""
    with web.page(viewport={"width": 1080, "height": 900}) as page:
        page.goto(address)
        yield page


def column(page, section, number):
    """The texts of one column (1 is the first) of a section's table."""
    return page.locator(f"#{section} tbody tr > :nth-child({number})").all_inner_texts()


def header(page, section, name):
    return page.locator(f"#{section} thead th").filter(has=page.get_by_role("button", name=name, exact=True))


def test_a_click_sorts_and_another_turns_the_order_round(wide):
    points = header(wide, "students", "Points")
    points.get_by_role("button").click()
    assert points.get_attribute("aria-sort") == "descending"
    assert column(wide, "students", 1) == [*STUDENTS[:4], HOSTILE, "eve"]
    points.get_by_role("button").click()
    assert points.get_attribute("aria-sort") == "ascending"
    # Equal ones stay in the order in which they were.
    assert column(wide, "students", 1) == ["eve", "dan", HOSTILE, "cem", "bea", "ann"]
    assert "Sorted by Points, ascending." in wide.get_by_role("status").inner_text()


def test_it_sorts_by_keyboard_and_only_one_column_says_so(wide):
    header(wide, "students", "Student").get_by_role("button").focus()
    wide.keyboard.press("Enter")
    wide.keyboard.press("Space")
    assert column(wide, "students", 1)[0] == "eve"
    assert wide.locator("#students th[aria-sort]").count() == 1
    assert header(wide, "students", "Student").get_attribute("aria-sort") == "descending"


def test_numbers_sort_as_numbers_and_what_is_unknown_comes_last(wide):
    run = header(wide, "students", "Run").get_by_role("button")
    run.click()
    assert column(wide, "students", 1)[:2] == ["dan", "ann"]
    run.click()
    assert column(wide, "students", 1)[:2] == ["ann", "dan"]
    steps = header(wide, "steps", "Difficulty")
    steps.get_by_role("button").click()
    assert [text.split()[0] for text in column(wide, "steps", 3)] == ["33", "50", "67"]


def test_no_request_leaves_the_page_and_nothing_fails(web, wide):
    wide.get_by_role("link", name="Terms").click()
    assert web.left == []
    assert web.said == []


def test_a_request_would_be_noticed(web, html, tmp_path):
    """The control, without the page's own policy: what it would refuse reaches the browser, and is refused there."""
    path = tmp_path / "open.html"
    path.write_text(html.replace("Content-Security-Policy", "X-Nothing") + HOSTILE, "utf-8")
    with web.page() as page:
        page.goto(path.as_uri())
    assert web.left == ["https://example.org/x"]
    web.left.clear()
    web.said.clear()


def test_hostile_names_and_answers_are_text(wide):
    assert wide.title() == "Class report: one"
    assert wide.locator("img, iframe, object, form, link").count() == 0
    assert wide.locator("script").count() == 1
    body = wide.locator("body").inner_text()
    assert HOSTILE in body
    assert ANSWER in body
    assert wide.evaluate("getComputedStyle(document.body).display") == "block"


def test_the_policy_lets_the_pages_own_script_run_and_no_other(web, html, tmp_path):
    path = tmp_path / "planted.html"
    planted = (
        '<script>document.title = "taken"</script><img src="data:image/png;base64,x" onerror="document.title=1">'
    )
    path.write_text(html.replace("<main>", f"<main>{planted}"), "utf-8")
    with web.page() as page:
        page.goto(path.as_uri())
        assert page.title() == "Class report: one"
        assert page.locator("table.ready").count() > 0
    assert any("Content Security Policy" in text for text in web.said)
    web.said.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1080])
def test_it_is_accessible(web, address, scheme, width):
    with web.page(viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        page.goto(address)
        assert violations(page) == []


@pytest.mark.parametrize("width", [320, 360, 720, 1080])
def test_nothing_scrolls_sideways(web, address, width):
    with web.page(viewport={"width": width, "height": 800}) as page:
        page.goto(address)
        assert scrolls_sideways(page) == []


def test_sideways_scrolling_would_be_noticed(web, tmp_path):
    path = tmp_path / "wide.html"
    path.write_text("<!DOCTYPE html><p style='width: 500px'>wide</p>", "utf-8")
    with web.page(viewport={"width": 360, "height": 800}) as page:
        page.goto(path.as_uri())
        assert scrolls_sideways(page) != []


def test_a_phone_sorts_too_and_a_print_shows_everything(web, address):
    with web.page(viewport={"width": 360, "height": 800}) as page:
        page.goto(address)
        header(page, "students", "Points").get_by_role("button").click()
        assert column(page, "students", 1)[0] == "ann"
        page.emulate_media(media="print")
        assert page.locator("#slips").inner_text().count(SLIP) == 1
        assert page.locator("nav").is_hidden()
        page.set_viewport_size({"width": 700, "height": 900})  # A4 within its margins
        assert scrolls_sideways(page) == []
        assert page.locator("#steps thead").first.is_visible()


def test_without_scripts_it_is_all_there(web, address):
    with web.page(java_script_enabled=False) as page:
        page.goto(address)
        assert page.locator("#students tbody tr").count() == len(STUDENTS)
        assert page.get_by_role("button").count() == 0


def test_pictures_have_a_text(wide):
    assert "0.8 to 1.2 points 2" in wide.locator(".histogram").get_attribute("aria-label")
    assert "3 steps" in wide.locator("#map-text").text_content()
    assert all(element.get_attribute("aria-label") for element in wide.locator(".stack").all())


def test_the_candidate_names_what_the_answers_have_in_common(html):
    # Two students are too few to be told from chance; the page says so in words.
    assert "what is wrong is wrong in different ways" in html
