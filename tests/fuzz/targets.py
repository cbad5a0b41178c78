"""Every parser of what comes from outside, with its corpus."""

from tests.fuzz import corpus, frames, packets, texts
from tests.fuzz.target import Target

TARGETS = {
    target.name: target
    for target in (
        Target("stun", packets.stun_message, corpus.stun_messages(), max_bytes=600),
        Target("rtp", packets.rtp_packet, corpus.rtp_packets(), max_bytes=400),
        Target("rtcp", packets.rtcp_compound, corpus.rtcp_compounds(), max_bytes=400),
        Target("rtcp_decisions", packets.rtcp_decisions, corpus.rtcp_compounds(), max_bytes=400),
        Target("transport_cc", packets.transport_feedback, corpus.transport_reports(), max_bytes=300),
        Target("vp8", packets.vp8_descriptors, corpus.vp8_rows(), max_bytes=140),
        Target("key_frames", packets.key_frames, corpus.payloads(), max_bytes=100),
        Target("red", packets.redundant_audio, corpus.redundant_audio(), max_bytes=60, share=0.5),
        Target("sdp_answer", texts.sdp_answer, corpus.answers(), is_text=True, max_bytes=12_000, share=2),
        Target("client_offer", texts.client_offer, corpus.client_offers(), True, 6_000, share=2),
        Target("sdp_fragment", texts.sdp_fragment, corpus.fragments(), is_text=True, max_bytes=800),
        Target("framing", frames.framing, corpus.framed(), max_bytes=5000),
        Target("socket_packet", frames.socket_packet, corpus.socket_packets(), max_bytes=4000),
    )
}
