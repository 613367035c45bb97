package pages

// structureScenes are the pages of agencies and service points.
var structureScenes = []scene{
	{"structure-country", "/structure", "dga"}, {"structure", "/structure?unit=dlt", "central"}, {"structure-none", "/structure?unit=no-such", "central"},
	{"structure-choices", "/structure?unit=%E0%B8%81%E0%B8%A3%E0%B8%A1", "dga"},
	{"spot", "/points/dlt-songkhla", "central"}, {"spot-none", "/points/no-such", "central"}, {"spot-cancel", "/points/dlt-songkhla/cancel", "central"},
	{"hours", "/points/dlt-songkhla/hours", "central"}, {"links", "/points/dlt-songkhla/links?q=dlt", "central"}, {"links-none", "/points/dlt-songkhla/links?q=none", "central"},
	{"serving", "/manuals/dlt-67bh3i/points", "central"}, {"serving-province", "/manuals/dlt-67bh3i/points?province=90", "central"},
}
