package pages

// posterScenes are the pages of posters.
var posterScenes = []scene{
	{"poster", "/points/dlt-songkhla/poster", "central"}, {"poster-card", "/points/dlt-area2/poster?design=counter&size=card", "dga"}, {"poster-none", "/points/no-such/poster", "central"},
	{"posters", "/structure/posters?unit=dlt", "central"}, {"posters-begin", "/structure/posters", "dga"}, {"posters-wrong", "/structure/posters?unit=no-such", "dga"},
}
