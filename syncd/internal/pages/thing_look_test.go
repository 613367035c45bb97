package pages

// thingScenes are the forms of what needs no approval, and the pages around them.
var thingScenes = []scene{
	{"thing-agency", "/agencies/dlt/edit", "dga"}, {"thing-agency-new", "/agencies/new?above=dlt", "central"}, {"thing-agency-hours", "/agencies/dlt/hours", "central"},
	{"thing-agency-history", "/agencies/dlt/history", "central"}, {"thing-agency-retire", "/agencies/dlt/retire", "central"},
	{"thing-point", "/points/dlt-songkhla/edit", "central"}, {"thing-point-new", "/points/new?unit=dlt", "central"},
	{"thing-process", "/processes/dlt-67bh3p/edit", "central"}, {"thing-process-new", "/processes/new?unit=dlt", "central"}, {"thing-process-remove", "/processes/dlt-67bh3p/remove", "central"},
	{"thing-service-new", "/services/new?unit=dlt", "central"}, {"thing-none", "/services/no-such/edit", "central"},
}
