//! Tests of `engine`: what is chosen, and what is left of it.

use super::{
    super::{markup, parse::parse},
    *,
};

const FIRST: &str = "The ministers met on Monday in the town hall, talked until the evening, and left by train.";
const SECOND: &str = "They agreed on a date for the next round, and on nothing else, said a speaker of the host.";
const THIRD: &str = "The strait stays closed until then, and no boat may leave the harbour at night, he added.";

fn story() -> String {
    format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>")
}

fn told() -> Told<'static> {
    Told { title: Some("Ministers meet in Geneva"), has_author: false }
}

/// The lines of what is chosen.
fn chosen(body: &str) -> Vec<String> {
    let chosen = choose(parse(&format!("<html><body>{body}</body></html>")), &told());
    chosen.map(|chosen| markup::lines(&chosen.node()).into_iter().map(|line| line.text).collect()).unwrap_or_default()
}

#[test]
fn the_block_with_most_prose_is_chosen() {
    let menu = "<ul><li><a href=/a>Home and away</a><li><a href=/b>Sport and weather</a></ul>";
    let aside = "<div><p>Tickets for the ferry are sold at the pier, every day but Sunday.</p></div>";
    let body = format!("<div>{menu}</div><div class=story>{}</div><div>{aside}</div>", story());
    assert_eq!(chosen(&body), [FIRST, SECOND, THIRD]);
}

#[test]
fn paragraphs_beside_the_block_belong_to_it_when_they_are_prose() {
    let body = format!("<div><p>{FIRST}</p><div>{}</div><p><a href=/a>{SECOND}</a></p></div>", story());
    assert_eq!(chosen(&body), [FIRST, FIRST, SECOND, THIRD]);
}

#[test]
fn two_line_ends_part_paragraphs_and_bare_text_is_one() {
    let body = format!("<div class=story>{FIRST}<br><br>{SECOND}<br> <br>{THIRD}</div>");
    assert_eq!(chosen(&body), [FIRST, SECOND, THIRD]);
}

#[test]
fn what_is_hidden_or_has_an_unlikely_name_goes_and_laxer_rules_bring_the_name_back() {
    let hidden = format!("<p hidden>{SECOND}</p><p style='display: none'>{SECOND}</p><p aria-hidden=true>{SECOND}</p>");
    assert_eq!(chosen(&format!("<div class=story><p>{FIRST}</p>{hidden}<p>{THIRD}</p></div>")), [FIRST, THIRD]);
    let body = format!("<div class=sidebar>{}</div>", story());
    assert_eq!(chosen(&body), [""; 0]);
    let chosen = choose_laxly(&parse(&body), &told()).unwrap();
    assert_eq!(markup::lines(&chosen.node()).len(), 3);
}

#[test]
fn the_headline_and_the_byline_are_no_part_of_the_text() {
    let body = format!("<div><h1>Ministers meet in Geneva</h1><p class=byline>By Ann Lee</p>{}</div>", story());
    assert_eq!(chosen(&body), [FIRST, SECOND, THIRD]);
    let told = Told { has_author: true, ..told() };
    let chosen = choose(parse(&body), &told).unwrap();
    assert_eq!(markup::lines(&chosen.node()).len(), 4);
}

#[test]
fn links_forms_and_frames_go_from_the_content_and_a_video_stays() {
    let links = "<a href=/a>Ferries resume</a> and <a href=/b>harbour closed</a>";
    let ask = "<form><input name=a>Your address</form><button>Send</button><aside>Beside</aside>";
    let body = format!("<div>{}<div>{links}</div>{ask}</div>", story());
    assert_eq!(chosen(&body), [FIRST, SECOND, THIRD]);
    let video = "<iframe src='https://www.youtube.com/embed/a'></iframe><iframe src='https://ads.example/a'></iframe>";
    let kept = choose(parse(&format!("<div>{}{video}</div>", story())), &told()).unwrap();
    assert_eq!(kept.node().descendants_it().filter(|node| node.has_name("iframe")).count(), 1);
}

#[test]
fn a_table_of_figures_stays_and_a_layout_of_one_cell_is_its_content() {
    let rows = "<tr><td>Monday</td><td><a href=/a>12 boats</a></td></tr>".repeat(6);
    let body = format!("<div>{}<table>{rows}</table></div>", story());
    assert_eq!(chosen(&body).len(), 9);
    let body = format!("<div>{}<table><tr><td>{FIRST}</td></tr></table></div>", story());
    assert_eq!(chosen(&body), [FIRST, SECOND, THIRD, FIRST]);
}

#[test]
fn a_link_to_a_script_is_text() {
    let body = format!("<div>{}<p>{FIRST} <a href='javascript:open()'>More on this</a>, later.</p></div>", story());
    let chosen = choose(parse(&body), &told()).unwrap();
    assert!(markup::lines(&chosen.node()).iter().all(|line| line.n_link_bytes == 0));
}

#[test]
fn a_page_without_paragraphs_is_taken_whole() {
    assert_eq!(chosen("<span>One</span><div>Two</div>"), ["One", "Two"]);
    assert!(choose(parse("<frameset><frame src=a></frameset>"), &told()).is_none());
}
