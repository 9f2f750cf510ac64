"""The texts of Asterisk's configuration files, with places for what differs from one Asterisk to the next.

A brace that Asterisk is to see stands twice. Files that hold next to nothing are there because Asterisk complains
where they are missing.
"""

from __future__ import annotations

# What the driver uses, in the order in which they are loaded. Asterisk resolves dependencies by itself only where a
# module declares them, so three that are asked for indirectly are named: chan_pjsip wants res_pjsip_pubsub, playing to
# a bridge wants chan_bridge_media, and the ARI rooms want the Stasis ones.
MODULES = (
    "res_timing_timerfd", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb",
    "res_http_websocket", "res_websocket_client",
    "res_stasis", "res_stasis_answer", "res_stasis_playback", "res_stasis_recording", "res_stasis_snoop",
    "app_stasis",
    "res_ari", "res_ari_model", "res_ari_applications", "res_ari_asterisk", "res_ari_bridges", "res_ari_channels",
    "res_ari_events", "res_ari_playbacks", "res_ari_recordings",
    "res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_sdp_rtp", "res_pjsip_caller_id",
    "res_pjsip_rfc3326", "res_pjsip_dtmf_info", "res_pjsip_endpoint_identifier_user",
    "res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_anonymous",
    "res_pjsip_authenticator_digest", "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_registrar", "res_pjsip_nat", "res_pjsip_diversion", "res_pjsip_pubsub", "res_pjsip_refer",
    "res_pjsip_header_funcs", "chan_pjsip",
    "res_rtp_asterisk", "chan_bridge_media",
    "bridge_simple", "bridge_softmix", "bridge_holding",
    "codec_ulaw", "codec_alaw", "codec_a_mu", "codec_resample", "format_wav", "format_pcm",
    "res_musiconhold",
    "pbx_config", "func_callerid", "func_channel", "func_talkdetect", "func_hangupcause",
)  # fmt: skip

# By their names in asterisk.conf, beneath the folder of the configuration.
DIRECTORIES = {
    "astetcdir": ".",
    "astvarlibdir": "var",
    "astdbdir": "var/db",
    "astkeydir": "var/keys",
    "astagidir": "var/agi",
    "astspooldir": "var/spool",
    "astrundir": "var/run",
    "astlogdir": "var/log",
    "astcachedir": "var/cache",
}

# `_.` would also catch the extensions that Asterisk itself uses (h, i, t …), which have one letter.
NUMBERS = ("_[+0-9A-Za-z*#].", "_[0-9*#]", "s")
# After `in` come the names of the request's X- headers, so that the application asks for those that are there.
# Who talks is told from the beginning: asking for it later would be one more request for each call.
STEPS = (
    "1,Set(TALK_DETECT(set)={talk_detect})",
    " same => n,Stasis({application},in,${{PJSIP_HEADERS(X-)}})",
    " same => n,Hangup(34)  ; the application is away: 503",
)
# Milliseconds of silence that end somebody's talk, and how loud a frame of talk is on average.
TALK_DETECT = "800,256"

# Messages inside Asterisk that the driver does not need. Each costs time: those of a bridge describe everybody in it,
# whoever comes or goes, and six variables are set at the end of each call.
UNHEARD = (
    "ast_channel_entered_bridge_type", "ast_channel_left_bridge_type", "ast_channel_varset_type",
    "ast_channel_dtmf_begin_type", "ast_rtp_rtcp_sent_type", "ast_rtp_rtcp_received_type",
)  # fmt: skip

FILES = {
    "asterisk.conf": """
; For `asterisk -C` on this very file. To use the other files as a distribution's own, copy them to /etc/asterisk
; without this one.
[directories]
{directories}

[options]
verbose = 3
nocolor = yes
dontwarn = yes
hideconnect = yes
lockconfdir = no
""",
    "modules.conf": """
[modules]
autoload = no
{modules}
""",
    "http.conf": """
[general]
enabled = yes
bindaddr = {host}
bindport = {http_port}
sessionlimit = 1000
session_inactivity = 30000
session_keep_alive = 15000
""",
    "ari.conf": """
[general]
enabled = yes
pretty = no
websocket_write_timeout = 1000

[{user}]
type = user
read_only = no
password = {ari_password}
password_format = plain
""",
    "websocket_client.conf": "[general]\n",
    "pjsip.conf": """
[global]
type = global
endpoint_identifier_order = username,ip,anonymous
keep_alive_interval = 0

[system]
type = system
disable_rport = no

[transport-udp]
type = transport
protocol = udp
bind = {host}:{sip_port}

[call](!)
type = endpoint
transport = transport-udp
context = {application}
disallow = all
allow = ulaw,alaw
dtmf_mode = rfc4733
direct_media = no
media_address = {host}
bind_rtp_to_media_address = yes
rtp_symmetric = yes
force_rport = yes
rewrite_contact = yes
rtp_timeout = {rtp_timeout}
rtp_timeout_hold = {rtp_timeout}
send_rpid = yes
timers = no
100rel = no

; A soft phone: registers as {phone} with the password below, and rings as PJSIP/{phone}.
[{phone}](call)
auth = {phone}
aors = {phone}

[{phone}]
type = auth
auth_type = userpass
username = {phone}
password = {phone_password}

[{phone}]
type = aor
max_contacts = 1
remove_existing = yes
qualify_frequency = 0

; Calls to any address, as PJSIP/callflow-out/sip:somebody@somewhere. Nobody calls in as it.
[callflow-out](call)
identify_by = ip
rewrite_contact = no

; A carrier: uncomment, fill in, and dial PJSIP/NUMBER@trunk. It also wants a transport that can reach it.
;[trunk](call)
;outbound_auth = trunk
;aors = trunk
;from_user = NAME
;[trunk]
;type = auth
;auth_type = userpass
;username = NAME
;password = PASSWORD
;[trunk]
;type = aor
;contact = sip:sip.carrier.example
;[trunk]
;type = identify
;endpoint = trunk
;match = sip.carrier.example
""",
    "extensions.conf": """
[general]
static = yes
writeprotect = yes

[{application}]
{extensions}
""",
    "rtp.conf": """
[general]
rtpstart = {rtp_low}
rtpend = {rtp_high}
strictrtp = no
icesupport = no
""",
    "logger.conf": """
[general]
dateformat = %F %T.%3q

[logfiles]
full.log => notice,warning,error,verbose(3)
""",
    "indications.conf": """
[general]
country = us

[us]
description = United States
ringcadence = 2000,4000
dial = 350+440
busy = 480+620/500,0/500
ring = 440+480/2000,0/4000
congestion = 480+620/250,0/250
callwaiting = 440/300,0/10000
record = 1400/500,0/15000
""",
    "musiconhold.conf": """
[general]

; For Asterisk's own music on hold; what documents ask for is played by the service.
[default]
mode = playlist
entry = {music}
""",
    "acl.conf": "; empty\n",
    "cdr.conf": "[general]\nenable = no\n",
    "cel.conf": "[general]\nenable = no\n",
    "manager.conf": "[general]\nenabled = no\n",
    "ccss.conf": "[general]\ncc_max_requests = 0\n",
    "stasis.conf": "\n".join(
        (
            "[threadpool]\ninitial_size = 5\nidle_timeout_sec = 20\nmax_size = 50\n",
            "; Nobody listens to these here: they would be made for nothing.\n[declined_message_types]",
            *(f"decline = {kind}" for kind in UNHEARD),
            "",
        )
    ),
    "pjproject.conf": "[startup]\nlog_level = default\n",
    "udptl.conf": "[general]\nudptlstart = 4000\nudptlend = 4999\n",
    **{
        f"{name}.conf": "[general]\n" for name in ("cli_permissions", "codecs", "dnsmgr", "dsp", "features", "sorcery")
    },
}

# Asterisk dials the service, and keeps its events while the service is away (20.15, 21.10, 22.5 and later).
OUTBOUND_EVENTS = """
[{application}-events]
type = outbound_websocket
websocket_client_id = {application}-service
apps = {application}
local_ari_user = {user}
subscribe_all = no
"""
OUTBOUND_WEBSOCKET = """
[{application}-service]
type = websocket_client
connection_type = persistent
uri = ws://{websocket}/{application}
protocols = ari
username = {user}
password = {ari_password}
connection_timeout = 1000
reconnect_interval = 500
reconnect_attempts = 600
tls_enabled = no
"""

# The suite's phones: any call from this machine that is nobody else's.
ANONYMOUS = """
[anonymous](call)
rewrite_contact = no
"""
