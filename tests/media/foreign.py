"""Offers as foreign clients write them: in the manner of OBS, of GStreamer and of a browser's WHEP player."""

_HEX = ":".join(["3C"] * 32)


def sdp(text: str) -> str:
    """The description with the line ends of the standard."""
    return "\r\n".join(row.strip() for row in text.splitlines() if row.strip()) + "\r\n"


# One codec each, numbered from 96; transport attributes before the first m-line.
OBS = sdp(f"""
    v=0
    o=rtc 3409234 0 IN IP4 127.0.0.1
    s=-
    t=0 0
    a=group:BUNDLE 0 1
    a=group:LS 0 1
    a=msid-semantic:WMS *
    a=setup:actpass
    a=ice-ufrag:kT4x
    a=ice-pwd:Rw0yUa7nX2cQb9LmVd5TzJ
    a=ice-options:ice2,trickle
    a=fingerprint:sha-256 {_HEX}
    m=audio 53012 UDP/TLS/RTP/SAVPF 111
    c=IN IP4 192.0.2.30
    a=mid:0
    a=sendonly
    a=ssrc:871204 cname:studio
    a=msid:studio studio-audio
    a=rtcp-mux
    a=rtpmap:111 opus/48000/2
    a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
    a=candidate:1 1 UDP 2122317823 192.0.2.30 53012 typ host
    m=video 53012 UDP/TLS/RTP/SAVPF 96
    c=IN IP4 192.0.2.30
    a=mid:1
    a=sendonly
    a=ssrc:871205 cname:studio
    a=msid:studio studio-video
    a=rtcp-mux
    a=rtpmap:96 H264/90000
    a=rtcp-fb:96 nack
    a=rtcp-fb:96 nack pli
    a=rtcp-fb:96 goog-remb
    a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
    a=end-of-candidates
""")

# Long mids, video first, several codecs with RTX and FEC, extension ids of its own, attributes per m-line.
_GST_TRANSPORT = f"""
    c=IN IP4 0.0.0.0
    a=ice-ufrag:Zq8Yb3e/
    a=ice-pwd:mD6tR1vK0pWs4xEoHc7uJn2fAg
    a=rtcp-mux
    a=rtcp-rsize
    a=setup:actpass
    a=fingerprint:sha-256 {_HEX}
"""
GSTREAMER = sdp(f"""
    v=0
    o=- 8812 0 IN IP4 0.0.0.0
    s=-
    t=0 0
    a=ice-options:trickle
    a=group:BUNDLE video0 audio1
    m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 102 103
    {_GST_TRANSPORT}
    a=sendonly
    a=mid:video0
    a=rtpmap:96 H264/90000
    a=fmtp:96 packetization-mode=1;profile-level-id=640028;level-asymmetry-allowed=1
    a=rtpmap:97 H264/90000
    a=fmtp:97 packetization-mode=1;profile-level-id=42c015;level-asymmetry-allowed=1
    a=rtcp-fb:97 nack pli
    a=rtpmap:98 VP8/90000
    a=rtcp-fb:98 nack
    a=rtcp-fb:98 nack pli
    a=rtcp-fb:98 ccm fir
    a=rtcp-fb:98 transport-cc
    a=rtpmap:99 rtx/90000
    a=fmtp:99 apt=98
    a=rtpmap:100 rtx/90000
    a=fmtp:100 apt=97
    a=rtpmap:101 red/90000
    a=rtpmap:102 ulpfec/90000
    a=rtpmap:103 rtx/90000
    a=fmtp:103 apt=96
    a=extmap:2 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
    a=extmap:7 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
    a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
    a=ssrc:5001 cname:gst
    a=ssrc:5002 cname:gst
    a=ssrc-group:FID 5001 5002
    m=audio 0 UDP/TLS/RTP/SAVPF 104
    {_GST_TRANSPORT}
    a=bundle-only
    a=sendonly
    a=mid:audio1
    a=rtpmap:104 OPUS/48000/2
    a=fmtp:104 sprop-maxcapturerate=48000;sprop-stereo=0
    a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    a=ssrc:5003 cname:gst
""")

# Receives; one camera is enough for it, and it asks for a data channel too.
WHEP = sdp(f"""
    v=0
    o=- 5228 2 IN IP4 127.0.0.1
    s=-
    t=0 0
    a=group:BUNDLE 0 1 2
    a=extmap-allow-mixed
    a=msid-semantic: WMS
    m=application 9 UDP/DTLS/SCTP webrtc-datachannel
    c=IN IP4 0.0.0.0
    a=ice-ufrag:other
    a=ice-pwd:OtherOtherOtherOtherOther
    a=fingerprint:sha-256 {_HEX}
    a=setup:actpass
    a=mid:0
    a=sctp-port:5000
    m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110
    c=IN IP4 0.0.0.0
    a=ice-ufrag:aB3d
    a=ice-pwd:Ks92mXcPw01LzQe7TyUv5bNa
    a=fingerprint:sha-256 {_HEX}
    a=setup:actpass
    a=mid:1
    a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    a=recvonly
    a=rtcp-mux
    a=rtpmap:111 opus/48000/2
    a=rtcp-fb:111 transport-cc
    a=fmtp:111 minptime=10;useinbandfec=1
    a=rtpmap:63 red/48000/2
    a=fmtp:63 111/111
    a=rtpmap:9 G722/8000
    a=rtpmap:0 PCMU/8000
    a=rtpmap:8 PCMA/8000
    a=rtpmap:13 CN/8000
    a=rtpmap:110 telephone-event/48000
    m=video 9 UDP/TLS/RTP/SAVPF 45 46 120 121
    c=IN IP4 0.0.0.0
    a=ice-ufrag:aB3d
    a=ice-pwd:Ks92mXcPw01LzQe7TyUv5bNa
    a=fingerprint:sha-256 {_HEX}
    a=setup:actpass
    a=mid:2
    a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
    a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
    a=extmap:12 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension
    a=recvonly
    a=rtcp-mux
    a=rtcp-rsize
    a=rtpmap:45 AV1/90000
    a=fmtp:45 level-idx=5;profile=0;tier=0
    a=rtcp-fb:45 nack
    a=rtpmap:46 rtx/90000
    a=fmtp:46 apt=45
    a=rtpmap:120 VP8/90000
    a=rtcp-fb:120 nack
    a=rtcp-fb:120 nack pli
    a=rtcp-fb:120 goog-remb
    a=rtpmap:121 rtx/90000
    a=fmtp:121 apt=120
""")
