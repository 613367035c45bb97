package pages

// structureScenes are the pages of agencies and service points.
var structureScenes = []scene{
	{"structure-country", "/structure", "dga"}, {"structure", "/structure?unit=dlt", "central"}, {"structure-none", "/structure?unit=no-such", "central"},
	{"structure-choices", "/structure?unit=%E0%B8%81%E0%B8%A3%E0%B8%A1", "dga"},
	{"spot", "/points/dlt-songkhla", "central"}, {"spot-none", "/points/no-such", "central"}, {"spot-cancel", "/points/dlt-songkhla/cancel", "central"},
	{"hours", "/points/dlt-songkhla/hours", "central"}, {"links", "/points/dlt-songkhla/links?q=dlt", "central"}, {"links-none", "/points/dlt-songkhla/links?q=none", "central"},
	{"reorganise", "/structure/dlt/reorganise", "dga"}, {"reorganise-move", "/structure/dlt/reorganise?how=move", "dga"}, {"reorganise-split", "/structure/dlt/reorganise?how=split", "dga"},
	{"reorganise-which", "/structure/dlt/reorganise?how=merge&op=look&to=%E0%B8%81%E0%B8%A3%E0%B8%A1", "dga"}, {"reorganise-rename", "/structure/dlt/reorganise?how=rename", "central"},
	{"dryrun", "/structure/dlt/reorganise?how=move&op=look&top=1", "dga"},
	{"dryrun-split", "/structure/dlt/reorganise?how=split&op=look&to=dlt-2&th=%E0%B8%81%E0%B8%A3%E0%B8%A1%E0%B9%83%E0%B8%AB%E0%B8%A1%E0%B9%88&kind=department&pick=dlt-area2&pick=dlt-xgveak", "dga"},
	{"serving", "/manuals/dlt-67bh3i/points", "central"}, {"serving-province", "/manuals/dlt-67bh3i/points?province=90", "central"},
	{"processes", "/processes", "central"}, {"processes-none", "/processes?q=none", "central"}, {"services", "/services", "central"}, {"services-below", "/services?unit=ect&below=1", "central"},
	{"process", "/processes/dlt-67bh3p", "central"}, {"process-points", "/processes/dlt-67bh3p/points", "central"},
	{"confirming", "/structure/confirm", "central"}, {"confirming-fresh", "/structure/confirm?due=fresh", "central"}, {"confirming-none", "/structure/confirm?due=soon&kind=agency", "central"},
}
