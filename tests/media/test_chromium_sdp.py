"""Real Chromium answers our offers, with every codec and layer, and takes our answers to its own."""

from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page

from media.codecs import LAYOUT, Features, workshop_layout
from media.ice import IceCredentials
from media.sdp import Answer, OfferParameters, SlotSsrcs, build_offer, parse_answer
from media.sdp_client_offer import build_client_answer, parse_client_offer
from tests.media.test_sdp_features import EVERYTHING, parameters

# Answers each offer in turn with one connection, sending on the first two lines.
ANSWER_ALL = """async (offers) => {
  const pc = new RTCPeerConnection(), answers = [];
  for (const sdp of offers) {
    await pc.setRemoteDescription({type: 'offer', sdp});
    for (const line of pc.getTransceivers().slice(0, 2)) line.direction = 'sendonly';
    await pc.setLocalDescription(await pc.createAnswer());
    answers.push(pc.localDescription.sdp);
  }
  pc.close();
  return answers;
}"""


async def answered(page: Page, *offers: OfferParameters) -> list[Answer]:
    texts: list[str] = await page.evaluate(ANSWER_ALL, [build_offer(offer) for offer in offers])
    pairs = zip(texts, offers, strict=True)
    return [parse_answer(text, offer.layout, offer.features) for text, offer in pairs]


@pytest.fixture
async def page(browser: Browser) -> Page:
    return await browser.new_page()


@pytest.mark.browser
async def test_chromium_takes_every_codec_extension_and_layer(page: Page) -> None:
    (answer,) = await answered(page, replace(parameters(), tcp_port=443))
    microphone, camera, voice, picture = answer.lines
    assert [codec.name for codec in microphone.codecs] == ["red", "opus"]
    for line in (camera, picture):
        assert [codec.name for codec in line.codecs] == ["AV1", "VP9", "VP8", "H264"]
        assert len(line.payload_types) == 8
    assert camera.rids == ("l", "m", "h")
    assert camera.extensions == {1, 2, 4, 5, 6, 7, 8, 9}
    assert voice.extensions == {1, 3, 4}
    assert all(line.transport_cc for line in answer.lines)
    assert [line.sends for line in answer.lines] == [True, True, False, False]


@pytest.mark.browser
@pytest.mark.parametrize("first", ["VP8", "H264", "VP9", "AV1"])
async def test_chromium_sends_the_codec_we_prefer(page: Page, first: str) -> None:
    others = tuple(name for name in ("VP8", "H264", "VP9", "AV1") if name != first)
    features = Features(codecs=("opus", first, *others))
    (answer,) = await answered(page, parameters(features))
    assert answer.lines[1].codecs[0].name == first


@pytest.mark.browser
async def test_chromium_takes_what_is_offered_today(page: Page) -> None:
    (answer,) = await answered(page, parameters(Features()))
    assert answer.lines[1].rids == ()
    assert answer.lines[1].ssrc is not None
    assert answer.lines[1].extensions == {1, 2}
    assert not answer.lines[1].transport_cc


@pytest.mark.browser
async def test_chromium_takes_a_workshop_with_six_pictures(page: Page) -> None:
    layout = workshop_layout(5, 6)
    (answer,) = await answered(page, parameters(EVERYTHING, layout))
    assert [line.receives for line in answer.lines] == [False, False] + [True] * 11
    assert len(answer.lines) == len(layout) > len(LAYOUT)


@pytest.mark.browser
async def test_chromium_restarts_ice_for_new_credentials_and_for_nothing_else(page: Page) -> None:
    first = parameters(Features())
    again = replace(first, number=2)
    other = replace(first, number=3, credentials=IceCredentials("afra", "wordpasswordpasswordpass"))
    before, same, restarted = await answered(page, first, again, other)
    assert before.ufrag == same.ufrag != restarted.ufrag
    assert before.fingerprints == restarted.fingerprints
    assert [line.ssrc for line in before.lines] == [line.ssrc for line in restarted.lines]


# As a WHIP client or a WHEP player does it: the page offers, and takes what it is answered.
OFFER = """async ([direction, layers]) => {
  const pc = window.pc = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  const sendEncodings = layers.map((rid, at) => ({rid, scaleResolutionDownBy: 2 ** (2 - at)}));
  pc.addTransceiver('audio', {direction});
  pc.addTransceiver('video', {direction, sendEncodings});
  await pc.setLocalDescription(await pc.createOffer());
  return pc.localDescription.sdp;
}"""
TAKE = """async (sdp) => {
  await pc.setRemoteDescription({type: 'answer', sdp});
  return [pc.getTransceivers().map((line) => line.currentDirection),
    pc.getTransceivers()[1].sender.getParameters().encodings.map((each) => each.rid)];
}"""


@pytest.mark.browser
@pytest.mark.parametrize("features", [Features(), EVERYTHING], ids=["today", "everything"])
async def test_chromium_offers_to_publish_and_takes_our_answer(page: Page, features: Features) -> None:
    offer = parse_client_offer(await page.evaluate(OFFER, ["sendonly", ["a", "b", "c"]]), "publish", features)
    names = {codec.name for line in offer.answer.lines for codec in line.codecs}
    assert names == set(features.codecs)
    answer = build_client_answer(offer, replace(parameters(features), tcp_port=443))
    directions, rids = await page.evaluate(TAKE, answer)
    assert directions == ["sendonly", "sendonly"]
    assert offer.answer.lines[1].rids == (("a", "b", "c") if features.simulcast else ())
    assert rids == (["a", "b", "c"] if features.simulcast else ["a"])


@pytest.mark.browser
@pytest.mark.parametrize("features", [Features(), EVERYTHING], ids=["today", "everything"])
async def test_chromium_offers_to_watch_and_takes_our_answer(page: Page, features: Features) -> None:
    offer = parse_client_offer(await page.evaluate(OFFER, ["recvonly", []]), "watch", features)
    slots = {"0": SlotSsrcs(7, None), "1": SlotSsrcs(8, 9)}
    directions, _ = await page.evaluate(
        TAKE, build_client_answer(offer, replace(parameters(features), slots=slots))
    )
    assert directions == ["recvonly", "recvonly"]
    assert all(line.transport_cc == features.transport_cc for line in offer.answer.lines)
