/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "text.h"

#include <wchar.h>

/* File and resource number, English, German. */
static const struct {
    const WCHAR *resource;
    const WCHAR *texts[2];
} names[] = {
    {L"FirewallAPI.dll,-34251",
     {L"Windows Management Instrumentation (WMI)",
      L"Windows-Verwaltungsinstrumentation (WMI)"}},
    {L"FirewallAPI.dll,-34252",
     {L"Windows Management Instrumentation (DCOM-In)",
      L"Windows-Verwaltungsinstrumentation (DCOM eingehend)"}},
    {L"FirewallAPI.dll,-34253",
     {L"Inbound rule for Windows Management Instrumentation. [TCP 135]",
      L"Eingehende Regel für die Windows-Verwaltungsinstrumentation. [TCP "
      L"135]"}},
    {L"FirewallAPI.dll,-34254",
     {L"Windows Management Instrumentation (WMI-In)",
      L"Windows-Verwaltungsinstrumentation (WMI eingehend)"}},
    {L"FirewallAPI.dll,-34255",
     {L"Inbound rule for Windows Management Instrumentation. [TCP]",
      L"Eingehende Regel für die Windows-Verwaltungsinstrumentation. [TCP]"}},
    {L"FirewallAPI.dll,-34256",
     {L"Windows Management Instrumentation (ASync-In)",
      L"Windows-Verwaltungsinstrumentation (ASync eingehend)"}},
    {L"FirewallAPI.dll,-34257",
     {L"Inbound rule for Windows Management Instrumentation. [TCP]",
      L"Eingehende Regel für die Windows-Verwaltungsinstrumentation. [TCP]"}},
    {L"FirewallAPI.dll,-34258",
     {L"Windows Management Instrumentation (WMI-Out)",
      L"Windows-Verwaltungsinstrumentation (WMI ausgehend)"}},
    {L"FirewallAPI.dll,-34259",
     {L"Outbound rule for Windows Management Instrumentation. [TCP]",
      L"Ausgehende Regel für die Windows-Verwaltungsinstrumentation. [TCP]"}},
    {L"FirewallAPI.dll,-25000", {L"Core Networking", L"Kernnetzwerk"}},
    {L"FirewallAPI.dll,-25110",
     {L"Core Networking - Destination Unreachable (ICMPv6-In)",
      L"Kernnetzwerk - Ziel nicht erreichbar (ICMPv6-eingehend)"}},
    {L"FirewallAPI.dll,-25001",
     {L"Core Networking - Packet Too Big (ICMPv6-In)",
      L"Kernnetzwerk - Paket zu groß (ICMPv6-eingehend)"}},
    {L"FirewallAPI.dll,-25002",
     {L"Core Networking - Packet Too Big (ICMPv6-Out)",
      L"Kernnetzwerk - Paket zu groß (ICMPv6-ausgehend)"}},
    {L"FirewallAPI.dll,-25113",
     {L"Core Networking - Time Exceeded (ICMPv6-In)",
      L"Kernnetzwerk - Zeitüberschreitung (ICMPv6-eingehend)"}},
    {L"FirewallAPI.dll,-25116",
     {L"Core Networking - Parameter Problem (ICMPv6-In)",
      L"Kernnetzwerk - Parameterproblem (ICMPv6-eingehend)"}},
    {L"FirewallAPI.dll,-25019",
     {L"Core Networking - Neighbor Discovery Solicitation (ICMPv6-In)",
      L"Kernnetzwerk - Nachbarermittlungsanfrage (ICMPv6-eingehend)"}},
    {L"FirewallAPI.dll,-25026",
     {L"Core Networking - Neighbor Discovery Advertisement (ICMPv6-In)",
      L"Kernnetzwerk - Nachbarermittlungsankündigung (ICMPv6-eingehend)"}},
    {L"FirewallAPI.dll,-25012",
     {L"Core Networking - Router Advertisement (ICMPv6-In)",
      L"Kernnetzwerk - Routerankündigung (ICMPv6-eingehend)"}},
    {L"FirewallAPI.dll,-25061",
     {L"Core Networking - Multicast Listener Query (ICMPv6-In)",
      L"Kernnetzwerk - Multicastlistener-Abfrage (ICMPv6-eingehend)"}},
    {L"FirewallAPI.dll,-25251",
     {L"Core Networking - Destination Unreachable Fragmentation Needed "
      L"(ICMPv4-In)",
      L"Kernnetzwerk - Ziel nicht erreichbar, Fragmentierung nötig "
      L"(ICMPv4-eingehend)"}},
    {L"FirewallAPI.dll,-25376",
     {L"Core Networking - Internet Group Management Protocol (IGMP) (In)",
      L"Kernnetzwerk - Internetgruppenverwaltungsprotokoll (IGMP) "
      L"(eingehend)"}},
    {L"FirewallAPI.dll,-25377",
     {L"Core Networking - Internet Group Management Protocol (IGMP) (Out)",
      L"Kernnetzwerk - Internetgruppenverwaltungsprotokoll (IGMP) "
      L"(ausgehend)"}},
    {L"FirewallAPI.dll,-25301",
     {L"Core Networking - Dynamic Host Configuration Protocol (DHCP) (UDP-In)",
      L"Kernnetzwerk - Dynamic Host Configuration-Protokoll (DHCP) "
      L"(UDP-eingehend)"}},
    {L"FirewallAPI.dll,-25302",
     {L"Core Networking - Dynamic Host Configuration Protocol (DHCP) (UDP-Out)",
      L"Kernnetzwerk - Dynamic Host Configuration-Protokoll (DHCP) "
      L"(UDP-ausgehend)"}},
    {L"FirewallAPI.dll,-25326",
     {L"Core Networking - Teredo (UDP-In)",
      L"Kernnetzwerk - Teredo (UDP-eingehend)"}},
    {L"FirewallAPI.dll,-25351",
     {L"Core Networking - IPv6 (In)", L"Kernnetzwerk - IPv6 (eingehend)"}},
    {L"FirewallAPI.dll,-25405",
     {L"Core Networking - DNS (UDP-Out)",
      L"Kernnetzwerk - DNS (UDP-ausgehend)"}},
    {L"FirewallAPI.dll,-25403",
     {L"Core Networking - Group Policy (TCP-Out)",
      L"Kernnetzwerk - Gruppenrichtlinie (TCP-ausgehend)"}},
    {L"FirewallAPI.dll,-28502",
     {L"File and Printer Sharing", L"Datei- und Druckerfreigabe"}},
    {L"FirewallAPI.dll,-28511",
     {L"File and Printer Sharing (SMB-In)",
      L"Datei- und Druckerfreigabe (SMB eingehend)"}},
    {L"FirewallAPI.dll,-28503",
     {L"File and Printer Sharing (NB-Session-In)",
      L"Datei- und Druckerfreigabe (NB-Sitzung eingehend)"}},
    {L"FirewallAPI.dll,-28519",
     {L"File and Printer Sharing (NB-Name-In)",
      L"Datei- und Druckerfreigabe (NB-Name eingehend)"}},
    {L"FirewallAPI.dll,-28535",
     {L"File and Printer Sharing (Spooler Service - RPC)",
      L"Datei- und Druckerfreigabe (Spoolerdienst - RPC)"}},
    {L"FirewallAPI.dll,-28539",
     {L"File and Printer Sharing (Spooler Service - RPC-EPMAP)",
      L"Datei- und Druckerfreigabe (Spoolerdienst - RPC-EPMAP)"}},
    {L"FirewallAPI.dll,-28543",
     {L"File and Printer Sharing (Echo Request - ICMPv4-In)",
      L"Datei- und Druckerfreigabe (Echoanforderung - ICMPv4 eingehend)"}},
    {L"FirewallAPI.dll,-28515",
     {L"File and Printer Sharing (SMB-Out)",
      L"Datei- und Druckerfreigabe (SMB ausgehend)"}},
    {L"FirewallAPI.dll,-28752", {L"Remote Desktop", L"Remotedesktop"}},
    {L"FirewallAPI.dll,-28775",
     {L"Remote Desktop - User Mode (TCP-In)",
      L"Remotedesktop - Benutzermodus (TCP eingehend)"}},
    {L"FirewallAPI.dll,-28776",
     {L"Remote Desktop - User Mode (UDP-In)",
      L"Remotedesktop - Benutzermodus (UDP eingehend)"}},
    {L"FirewallAPI.dll,-28778",
     {L"Remote Desktop - Shadow (TCP-In)",
      L"Remotedesktop - Schatten (TCP eingehend)"}},
    {L"FirewallAPI.dll,-29502",
     {L"Remote Service Management", L"Remotedienstverwaltung"}},
    {L"FirewallAPI.dll,-29503",
     {L"Remote Service Management (RPC)", L"Remotedienstverwaltung (RPC)"}},
    {L"FirewallAPI.dll,-29515",
     {L"Remote Service Management (RPC-EPMAP)",
      L"Remotedienstverwaltung (RPC-EPMAP)"}},
    {L"FirewallAPI.dll,-30267",
     {L"Windows Remote Management", L"Windows-Remoteverwaltung"}},
    {L"FirewallAPI.dll,-30253",
     {L"Windows Remote Management (HTTP-In)",
      L"Windows-Remoteverwaltung (HTTP eingehend)"}},
    {L"FirewallAPI.dll,-32752", {L"Network Discovery", L"Netzwerkerkennung"}},
    {L"FirewallAPI.dll,-32801",
     {L"Network Discovery (LLMNR-UDP-In)",
      L"Netzwerkerkennung (LLMNR-UDP eingehend)"}},
    {L"FirewallAPI.dll,-32769",
     {L"Network Discovery (NB-Name-In)",
      L"Netzwerkerkennung (NB-Name eingehend)"}},
    {L"wlansvc.dll,-37378",
     {L"WiFi Direct kernel mode driver (TCP-In)",
      L"WiFi Direct-Kernelmodustreiber (TCP eingehend)"}},
    {L"wlansvc.dll,-36865",
     {L"WLAN Service - WFD Services Kernel Mode Driver Rules",
      L"WLAN-Dienst - Regeln für WFD-Kernelmodustreiber"}},
    {L"dosvc.dll,-102",
     {L"Delivery Optimization (TCP-In)",
      L"Übermittlungsoptimierung (TCP eingehend)"}},
    {L"dosvc.dll,-100",
     {L"Delivery Optimization", L"Übermittlungsoptimierung"}},
};

/* What follows the '@' and the folders: "FirewallAPI.dll,-34251". */
static const WCHAR *resource_of(const WCHAR *string)
{
    const WCHAR *slash = wcsrchr(string, L'\\');

    return slash ? slash + 1 : string + 1;
}

const WCHAR *name_text(const WCHAR *string, enum language language)
{
    if (string[0] != L'@')
        return string;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (wide_same(resource_of(string), names[i].resource))
            return names[i].texts[language];
    return string;
}
