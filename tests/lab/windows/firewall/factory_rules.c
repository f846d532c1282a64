/* SPDX-License-Identifier: MIT */
#include "factory_rules.h"

const struct factory_rule factory_rules[] = {
    {FACTORY_CLIENT, L"WMI-RPCSS-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"LPort=135|App=%SystemRoot%\\system32\\svchost.exe|Svc=rpcss|"
     L"Name=@FirewallAPI.dll,-34252|Desc=@FirewallAPI.dll,-34253|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_CLIENT, L"WMI-WINMGMT-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=winmgmt|"
     L"Name=@FirewallAPI.dll,-34254|Desc=@FirewallAPI.dll,-34255|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_CLIENT, L"WMI-ASYNC-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"App=%systemroot%\\system32\\wbem\\unsecapp.exe|"
     L"Name=@FirewallAPI.dll,-34256|Desc=@FirewallAPI.dll,-34257|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_CLIENT, L"WMI-WINMGMT-Out-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=Out|Protocol=6|Profile=Domain|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=winmgmt|"
     L"Name=@FirewallAPI.dll,-34258|Desc=@FirewallAPI.dll,-34259|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_CLIENT, L"WMI-RPCSS-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|LPort=135|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=rpcss|"
     L"Name=@FirewallAPI.dll,-34252|Desc=@FirewallAPI.dll,-34253|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_CLIENT, L"WMI-WINMGMT-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=winmgmt|"
     L"Name=@FirewallAPI.dll,-34254|Desc=@FirewallAPI.dll,-34255|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_CLIENT, L"WMI-ASYNC-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%systemroot%\\system32\\wbem\\unsecapp.exe|"
     L"Name=@FirewallAPI.dll,-34256|Desc=@FirewallAPI.dll,-34257|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_CLIENT, L"WMI-WINMGMT-Out-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=Out|Protocol=6|Profile=Private|"
     L"Profile=Public|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=winmgmt|"
     L"Name=@FirewallAPI.dll,-34258|Desc=@FirewallAPI.dll,-34259|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_SERVER, L"WMI-RPCSS-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=135|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=rpcss|"
     L"Name=@FirewallAPI.dll,-34252|Desc=@FirewallAPI.dll,-34253|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_SERVER, L"WMI-WINMGMT-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=winmgmt|"
     L"Name=@FirewallAPI.dll,-34254|Desc=@FirewallAPI.dll,-34255|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_SERVER, L"WMI-ASYNC-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|"
     L"App=%systemroot%\\system32\\wbem\\unsecapp.exe|"
     L"Name=@FirewallAPI.dll,-34256|Desc=@FirewallAPI.dll,-34257|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_SERVER, L"WMI-WINMGMT-Out-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=Out|Protocol=6|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=winmgmt|"
     L"Name=@FirewallAPI.dll,-34258|Desc=@FirewallAPI.dll,-34259|"
     L"EmbedCtxt=@FirewallAPI.dll,-34251|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-DU-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=1:*|"
     L"App=System|Name=@FirewallAPI.dll,-25110|"
     L"EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-PTB-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=2:*|"
     L"App=System|Name=@FirewallAPI.dll,-25001|"
     L"EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-PTB-Out",
     L"v2.31|Action=Allow|Active=TRUE|Dir=Out|Protocol=58|ICMP6=2:*|"
     L"Name=@FirewallAPI.dll,-25002|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-TE-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=3:*|"
     L"App=System|Name=@FirewallAPI.dll,-25113|"
     L"EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-PP-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=4:*|"
     L"App=System|Name=@FirewallAPI.dll,-25116|"
     L"EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-NDS-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=135:*|"
     L"App=System|Name=@FirewallAPI.dll,-25019|"
     L"EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-NDA-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=136:*|"
     L"App=System|Name=@FirewallAPI.dll,-25026|"
     L"EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-RA-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=134:*|"
     L"RA6=fe80::/64|App=System|Name=@FirewallAPI.dll,-25012|"
     L"EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP6-LQ-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=58|ICMP6=130:*|"
     L"RA4=LocalSubnet|RA6=LocalSubnet|App=System|"
     L"Name=@FirewallAPI.dll,-25061|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-ICMP4-DUFRAG-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=1|ICMP4=3:4|"
     L"App=System|Name=@FirewallAPI.dll,-25251|"
     L"EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-IGMP-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=2|App=System|"
     L"Name=@FirewallAPI.dll,-25376|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-IGMP-Out",
     L"v2.31|Action=Allow|Active=TRUE|Dir=Out|Protocol=2|App=System|"
     L"Name=@FirewallAPI.dll,-25377|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-DHCP-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=68|RPort=67|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=dhcp|"
     L"Name=@FirewallAPI.dll,-25301|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-DHCP-Out",
     L"v2.31|Action=Allow|Active=TRUE|Dir=Out|Protocol=17|LPort=68|"
     L"RPort=67|App=%SystemRoot%\\system32\\svchost.exe|Svc=dhcp|"
     L"Name=@FirewallAPI.dll,-25302|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-Teredo-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=Teredo|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=iphlpsvc|"
     L"Name=@FirewallAPI.dll,-25326|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-IPv6-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=41|App=System|"
     L"Name=@FirewallAPI.dll,-25351|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-DNS-Out-UDP",
     L"v2.31|Action=Allow|Active=TRUE|Dir=Out|Protocol=17|RPort=53|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=dnscache|"
     L"Name=@FirewallAPI.dll,-25405|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"CoreNet-GP-Out-TCP",
     L"v2.31|Action=Allow|Active=TRUE|Dir=Out|Protocol=6|Profile=Domain|"
     L"App=%SystemRoot%\\system32\\svchost.exe|"
     L"Name=@FirewallAPI.dll,-25403|EmbedCtxt=@FirewallAPI.dll,-25000|"},
    {FACTORY_BOTH, L"FPS-SMB-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"LPort=445|App=System|Name=@FirewallAPI.dll,-28511|"
     L"EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-SMB-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|LPort=445|RA4=LocalSubnet|RA6=LocalSubnet|App=System|"
     L"Name=@FirewallAPI.dll,-28511|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-NB_Session-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"LPort=139|App=System|Name=@FirewallAPI.dll,-28503|"
     L"EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-NB_Session-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|LPort=139|RA4=LocalSubnet|RA6=LocalSubnet|App=System|"
     L"Name=@FirewallAPI.dll,-28503|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-NB_Name-In-UDP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=17|Profile=Domain|"
     L"LPort=137|App=System|Name=@FirewallAPI.dll,-28519|"
     L"EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-NB_Name-In-UDP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=17|Profile=Private|"
     L"Profile=Public|LPort=137|RA4=LocalSubnet|RA6=LocalSubnet|App=System|"
     L"Name=@FirewallAPI.dll,-28519|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-SpoolSvc-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"LPort=RPC|App=%SystemRoot%\\system32\\spoolsv.exe|Svc=Spooler|"
     L"Name=@FirewallAPI.dll,-28535|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-SpoolSvc-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|LPort=RPC|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\spoolsv.exe|Svc=Spooler|"
     L"Name=@FirewallAPI.dll,-28535|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-RPCSS-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"LPort=RPC-EPMap|App=%SystemRoot%\\system32\\svchost.exe|Svc=Rpcss|"
     L"Name=@FirewallAPI.dll,-28539|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-RPCSS-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|LPort=RPC-EPMap|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=Rpcss|"
     L"Name=@FirewallAPI.dll,-28539|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-ICMP4-ERQ-In-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=1|Profile=Domain|"
     L"ICMP4=8:*|Name=@FirewallAPI.dll,-28543|"
     L"EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-ICMP4-ERQ-In",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=1|Profile=Private|"
     L"Profile=Public|ICMP4=8:*|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"Name=@FirewallAPI.dll,-28543|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-SMB-Out-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=Out|Protocol=6|Profile=Domain|"
     L"RPort=445|App=System|Name=@FirewallAPI.dll,-28515|"
     L"EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"FPS-SMB-Out-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=Out|Protocol=6|Profile=Private|"
     L"Profile=Public|RPort=445|RA4=LocalSubnet|RA6=LocalSubnet|App=System|"
     L"Name=@FirewallAPI.dll,-28515|EmbedCtxt=@FirewallAPI.dll,-28502|"},
    {FACTORY_BOTH, L"RemoteDesktop-UserMode-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=3389|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=termservice|"
     L"Name=@FirewallAPI.dll,-28775|EmbedCtxt=@FirewallAPI.dll,-28752|"},
    {FACTORY_BOTH, L"RemoteDesktop-UserMode-In-UDP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=17|LPort=3389|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=termservice|"
     L"Name=@FirewallAPI.dll,-28776|EmbedCtxt=@FirewallAPI.dll,-28752|"},
    {FACTORY_BOTH, L"RemoteDesktop-Shadow-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|"
     L"App=%SystemRoot%\\system32\\RdpSa.exe|Name=@FirewallAPI.dll,-28778|"
     L"EmbedCtxt=@FirewallAPI.dll,-28752|Edge=TRUE|Defer=App|"},
    {FACTORY_BOTH, L"RemoteSvcAdmin-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"LPort=RPC|App=%SystemRoot%\\system32\\services.exe|"
     L"Name=@FirewallAPI.dll,-29503|EmbedCtxt=@FirewallAPI.dll,-29502|"},
    {FACTORY_BOTH, L"RemoteSvcAdmin-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|LPort=RPC|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\services.exe|"
     L"Name=@FirewallAPI.dll,-29503|EmbedCtxt=@FirewallAPI.dll,-29502|"},
    {FACTORY_BOTH, L"RemoteSvcAdmin-RPCSS-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"LPort=RPC-EPMap|App=%SystemRoot%\\system32\\svchost.exe|Svc=RPCSS|"
     L"Name=@FirewallAPI.dll,-29515|EmbedCtxt=@FirewallAPI.dll,-29502|"},
    {FACTORY_BOTH, L"RemoteSvcAdmin-RPCSS-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|LPort=RPC-EPMap|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=RPCSS|"
     L"Name=@FirewallAPI.dll,-29515|EmbedCtxt=@FirewallAPI.dll,-29502|"},
    {FACTORY_CLIENT, L"WINRM-HTTP-In-TCP-NoScope",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|"
     L"LPort=5985|App=System|Name=@FirewallAPI.dll,-30253|"
     L"EmbedCtxt=@FirewallAPI.dll,-30267|"},
    {FACTORY_CLIENT, L"WINRM-HTTP-In-TCP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|"
     L"Profile=Public|LPort=5985|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=System|Name=@FirewallAPI.dll,-30253|"
     L"EmbedCtxt=@FirewallAPI.dll,-30267|"},
    {FACTORY_SERVER, L"WINRM-HTTP-In-TCP",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|"
     L"Profile=Private|LPort=5985|App=System|Name=@FirewallAPI.dll,-30253|"
     L"EmbedCtxt=@FirewallAPI.dll,-30267|"},
    {FACTORY_SERVER, L"WINRM-HTTP-In-TCP-PUBLIC",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Public|"
     L"LPort=5985|RA4=LocalSubnet|RA6=LocalSubnet|App=System|"
     L"Name=@FirewallAPI.dll,-30253|EmbedCtxt=@FirewallAPI.dll,-30267|"},
    {FACTORY_CLIENT, L"NETDIS-LLMNR-In-UDP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=17|Profile=Public|"
     L"LPort=5355|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=dnscache|"
     L"Name=@FirewallAPI.dll,-32801|EmbedCtxt=@FirewallAPI.dll,-32752|"},
    {FACTORY_CLIENT, L"NETDIS-LLMNR-In-UDP-Active",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=17|Profile=Private|"
     L"LPort=5355|RA4=LocalSubnet|RA6=LocalSubnet|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=dnscache|"
     L"Name=@FirewallAPI.dll,-32801|EmbedCtxt=@FirewallAPI.dll,-32752|"},
    {FACTORY_BOTH, L"NETDIS-NB_Name-In-UDP",
     L"v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=17|Profile=Public|"
     L"LPort=137|RA4=LocalSubnet|RA6=LocalSubnet|App=System|"
     L"Name=@FirewallAPI.dll,-32769|EmbedCtxt=@FirewallAPI.dll,-32752|"},
    {FACTORY_CLIENT, L"WiFiDirect-KM-Driver-In-TCP",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|App=System|"
     L"Name=@wlansvc.dll,-37378|EmbedCtxt=@wlansvc.dll,-36865|"
     L"TTK2_27=WFDKmDriver|"},
    {FACTORY_CLIENT, L"DeliveryOptimization-TCP-In",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=7680|"
     L"App=%SystemRoot%\\system32\\svchost.exe|Svc=dosvc|"
     L"Name=@%systemroot%\\system32\\dosvc.dll,-102|"
     L"EmbedCtxt=@%systemroot%\\system32\\dosvc.dll,-100|Edge=TRUE|"},
    {FACTORY_BOTH, L"OpenSSH-Server-In-TCP",
     L"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|"
     L"App=%SystemRoot%\\system32\\OpenSSH\\sshd.exe|"
     L"Name=OpenSSH SSH Server (sshd)|EmbedCtxt=OpenSSH Server|"},
    {FACTORY_BOTH, L"{2B5C1F0E-7A44-4B11-9C35-0D6E8F1A2B3C}",
     L"v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|"
     L"Profile=Private|LPort=8530|LPort2_10=9000-9010|"
     L"RA4=10.1.0.0/255.255.0.0|RA4=10.2.0.7|"
     L"App=C:\\Program Files\\Vendor\\agent.exe|Name=Vendor Agent|"},
    {FACTORY_BOTH, L"{7D0E2C55-19A1-4E0F-8B0C-3C1B6A9D4E5F}",
     L"v2.31|Action=Allow|Active=TRUE|Dir=Out|Profile=Domain|"
     L"Profile=Private|Profile=Public|Name=Search|EmbedCtxt=Search|"
     L"LUOwn=S-1-5-21-1004336348-1177238915-682003330-1001|"
     L"AppPkgId=S-1-15-2-1861897761-1695161497-2927542615-642690995-327840285-"
     L"2659745135-2630312742|"},
};

const size_t factory_rule_count = sizeof factory_rules / sizeof *factory_rules;
