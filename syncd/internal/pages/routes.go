package pages

import (
	"errors"
	"net/http"
	"slices"

	"khumue/syncd/internal/rights"
)

// gate says who may ask for a page: one of the words below, or an action of the
// matrix that the person may do somewhere. Whether for the thing that is asked
// for is the desk's to decide.
type gate string

// The gates beside the actions.
const (
	plain    gate = "plain"     // a file: nobody asks who wants it
	public   gate = "public"    // anyone; who is signed in is recognised
	signedIn gate = "signed-in" // whoever is signed in, with or without a role
	holder   gate = "holder"    // whoever holds any role
	judge    gate = "judge"     // whoever may approve manuals, in either stage
	changer  gate = "changer"   // whoever may change something of an agency or a point

	staffer    = gate(rights.ManageStaff)
	reader     = gate(rights.SeeTrail)
	writer     = gate(rights.WriteManual)
	viewer     = gate(rights.SeeDrafts)
	linker     = gate(rights.Link)
	profiler   = gate(rights.EditProfile)
	structurer = gate(rights.EditStructure)
	processor  = gate(rights.EditProcess)
	servicer   = gate(rights.EditService)
	mover      = gate(rights.Reorganise)
	keeper     = gate(rights.EditCatalog)
	settler    = gate(rights.EditSettings)
	checker    = gate(rights.ConfirmImport)
	printer    = gate(rights.SurveyPosters)
	country    = gate(rights.Publish)
	admin      = gate(rights.IssueFirst)
	auditor    = gate(rights.SeeReports)
	questioner = gate(rights.EditQuestions)
	delayer    = gate(rights.WriteDelay)
	watcher    = gate(rights.SeeDelay)
)

// route is an address with who may ask for it and what answers.
type route struct {
	at  string // as net/http's ServeMux reads it
	may gate
	do  func(*exchange) error
}

// routes are all addresses of the back office. Who asks with GET changes
// nothing.
func (p *Pages) routes() []route {
	return append(slices.Concat(licenceRoutes(), summaryRoutes(), officeRoutes()), []route{
		// In and out.
		{"GET /signin", public, (*exchange).signInPage},
		{"POST /signin/{provider}", public, (*exchange).beginSignIn},
		{"GET /signin/{provider}/callback", public, (*exchange).finishSignIn},
		{"POST /signout", public, (*exchange).signOut},
		{"GET /signed-out", public, (*exchange).signedOutPage},
		{"GET /token", signedIn, (*exchange).redeemPage},
		{"POST /token", signedIn, (*exchange).redeem},

		// For everyone.
		{"GET /{$}", holder, (*exchange).homePage},
		{"GET /help", public, (*exchange).helpPage},
		{"POST /preferences", public, (*exchange).prefer},
		{"GET /me", signedIn, (*exchange).mePage},
		{"POST /me/stay", signedIn, (*exchange).stay},
		{"POST /me/sessions/{id}/end", signedIn, (*exchange).endSession},
		{"POST /me/sessions/end", signedIn, (*exchange).endSessions},
		{"GET /me/programs", holder, (*exchange).programsPage},
		{"POST /me/programs", holder, (*exchange).makeProgram},
		{"POST /me/programs/{id}/end", holder, (*exchange).endProgram},

		// การแจ้งเตือน และการมอบงานแทน
		{"GET /notices", holder, (*exchange).noticesPage},
		{"POST /notices/read", holder, (*exchange).readNotices},
		{"POST /notices/{id}/read", holder, (*exchange).readNotice},
		{"POST /notices/mail", holder, (*exchange).chooseMail},
		{"GET /me/delegation", holder, (*exchange).delegationPage},
		{"POST /me/delegation", holder, (*exchange).delegate},
		{"POST /me/delegation/{id}/end", holder, (*exchange).endDelegation},

		// รายงาน
		{"GET /satisfaction", auditor, (*exchange).satisfactionPage},
		{"GET /satisfaction.csv", auditor, (*exchange).satisfactionFile},
		{"GET /satisfaction.xlsx", auditor, (*exchange).satisfactionBook},
		{"GET /satisfaction/answers.xlsx", auditor, (*exchange).answersBook},
		{"GET /satisfaction/answers.csv", auditor, (*exchange).answersFile},
		{"GET /satisfaction/chart.png", auditor, (*exchange).satisfactionPicture},
		{"GET /satisfaction/find", auditor, (*exchange).findReported},
		{"GET /satisfaction/comments", auditor, (*exchange).commentsPage},
		{"POST /satisfaction/comments/read", auditor, (*exchange).readComments},
		{"POST /satisfaction/comments/tag", auditor, (*exchange).tagComment},
		{"GET /satisfaction/asides", questioner, (*exchange).asidesPage},
		{"POST /satisfaction/asides", questioner, (*exchange).seeAsides},

		// บัญชีผู้ใช้ › จัดการ Token
		{"GET /tokens", staffer, (*exchange).tokensPage},
		{"GET /tokens/refresh", staffer, (*exchange).refreshPage},
		{"GET /tokens/revoke", staffer, (*exchange).revokePage},
		{"POST /tokens/issue", staffer, (*exchange).issue},
		{"POST /tokens/revoke", staffer, (*exchange).revoke},
		{"GET /agencies/find", staffer, (*exchange).findAgencies},

		// บัญชีผู้ใช้ › จัดการรายละเอียดผู้ใช้งาน
		{"GET /users", staffer, (*exchange).usersPage},
		{"GET /users/{id}", staffer, (*exchange).userPage},
		{"GET /users/{id}/grants/{grant}", staffer, (*exchange).rolePage},
		{"POST /users/{id}/grants/{grant}", staffer, (*exchange).changeRole},
		{"GET /users/{id}/grants/{grant}/remove", staffer, (*exchange).removePage},
		{"POST /users/{id}/grants/{grant}/remove", staffer, (*exchange).remove},
		{"GET /users/{id}/disable", admin, (*exchange).disablePage},
		{"POST /users/{id}/disable", admin, (*exchange).disable},
		{"POST /users/{id}/enable", admin, (*exchange).enable},
		{"GET /access", staffer, (*exchange).accessPage},
		{"GET /access.csv", staffer, (*exchange).accessFile},

		// ประวัติการทำงาน
		{"GET /trail", reader, (*exchange).trailPage},
		{"GET /trail.csv", reader, (*exchange).trailFile},

		// จัดการคู่มือประชาชน: reading and judging
		{"GET /manuals", viewer, (*exchange).manualsPage},
		{"GET /manuals/{id}", viewer, (*exchange).manualPage},
		{"GET /manuals/{id}/compare", viewer, (*exchange).besidePage},
		{"GET /queue", judge, (*exchange).queuePage},
		{"GET /drafts", writer, (*exchange).draftsPage},
		{"GET /emergencies", viewer, (*exchange).emergenciesPage},
		{"GET /agencies/drafts/find", viewer, (*exchange).findDraftAgencies},
		{"GET /manuals/{id}/draft/{key}", viewer, (*exchange).revisionPage},
		{"GET /manuals/{id}/draft/{key}/files/{name}", viewer, (*exchange).filePage},
		{"POST /manuals/{id}/draft/{key}/here", viewer, (*exchange).here},
		{"POST /manuals/{id}/draft/{key}/comments", viewer, (*exchange).comment},
		{"POST /manuals/{id}/draft/{key}/comments/{comment}/remove", viewer, (*exchange).uncomment},
		{"POST /manuals/{id}/draft/{key}/submit", writer, (*exchange).submit},
		{"GET /manuals/{id}/draft/{key}/give-up", writer, (*exchange).giveUpPage},
		{"POST /manuals/{id}/draft/{key}/give-up", writer, (*exchange).giveUp},
		{"POST /manuals/{id}/draft/{key}/refresh", writer, (*exchange).refresh},
		{"POST /manuals/{id}/draft/{key}/hasten", country, (*exchange).hasten},
		{"GET /manuals/{id}/revisions/{n}", viewer, (*exchange).revisionPage},
		{"GET /manuals/{id}/revisions/{n}/files/{name}", viewer, (*exchange).filePage},
		{"POST /manuals/{id}/revisions/{n}/here", viewer, (*exchange).here},
		{"POST /manuals/{id}/revisions/{n}/comments", viewer, (*exchange).comment},
		{"POST /manuals/{id}/revisions/{n}/comments/{comment}/remove", viewer, (*exchange).uncomment},
		{"GET /manuals/{id}/revisions/{n}/recall", writer, (*exchange).recallPage},
		{"POST /manuals/{id}/revisions/{n}/recall", writer, (*exchange).recall},
		{"POST /manuals/{id}/revisions/{n}/approve", judge, (*exchange).approve},
		{"POST /manuals/{id}/revisions/{n}/return", judge, (*exchange).sendBack},
		{"POST /manuals/{id}/revisions/{n}/hasten", country, (*exchange).hasten},
		{"GET /manuals/{id}/revisions/{n}/live", viewer, (*exchange).publishingPage},
		{"GET /manuals/{id}/revisions/{n}/live.json", viewer, (*exchange).publishingNews},

		// จัดการคู่มือประชาชน: writing
		{"GET /manuals/new", writer, (*exchange).newManualPage},
		{"POST /manuals/new", writer, (*exchange).newManual},
		{"POST /manuals/{id}/revise", writer, (*exchange).revise},
		{"POST /manuals/{id}/restore", writer, (*exchange).restore},
		{"GET /manuals/{id}/withdraw", writer, (*exchange).withdrawPage},
		{"POST /manuals/{id}/withdraw", writer, (*exchange).withdraw},
		{"GET /manuals/{id}/draft/{key}/edit", writer, (*exchange).editPage},
		{"POST /manuals/{id}/draft/{key}/edit", writer, (*exchange).edit},
		{"POST /manuals/{id}/draft/{key}/check", writer, (*exchange).checkDraft},
		{"POST /manuals/{id}/draft/{key}/preview", writer, (*exchange).previewDraft},
		{"GET /manuals/{id}/draft/{key}/page", viewer, (*exchange).renderedPage},
		{"GET /manuals/{id}/revisions/{n}/page", viewer, (*exchange).renderedPage},
		{"GET /manuals/{id}/draft/{key}/copy", writer, (*exchange).copyPage},
		{"POST /manuals/{id}/draft/{key}/copy", writer, (*exchange).copyValues},

		// หน่วยงานและโครงสร้าง
		{"GET /structure", changer, (*exchange).structurePage},
		{"GET /structure/find", changer, (*exchange).findStructure},
		{"POST /structure/closure", changer, (*exchange).closeAgency},
		{"POST /structure/closure/remove", changer, (*exchange).reopenAgency},
		{"POST /structure/confirm", changer, (*exchange).confirmAgency},
		{"GET /structure/{code}/reorganise", mover, (*exchange).reorganisePage},
		{"POST /structure/{code}/reorganise", mover, (*exchange).reorganise},
		{"GET /structure/reorganise/find", mover, (*exchange).findMove},
		{"GET /structure/confirm", profiler, (*exchange).confirmingPage},
		{"POST /structure/confirm/ticked", profiler, (*exchange).confirmTicked},
		{"GET /points/{code}", changer, (*exchange).pointPage},
		{"POST /points/{code}/status", changer, (*exchange).setStatus},
		{"GET /points/{code}/cancel", changer, (*exchange).cancelPage},
		{"POST /points/{code}/cancel", changer, (*exchange).cancelPoint},
		{"POST /points/{code}/confirm", changer, (*exchange).confirmPoint},
		{"POST /points/{code}/closure", changer, (*exchange).closePoint},
		{"POST /points/{code}/closure/remove", changer, (*exchange).reopenPoint},
		{"POST /points/{code}/revert", changer, (*exchange).revertPoint},
		{"GET /points/{code}/hours", changer, (*exchange).hoursPage},
		{"POST /points/{code}/hours", changer, (*exchange).saveHours},
		{"GET /agencies/new", structurer, (*exchange).newAgencyForm},
		{"POST /agencies/new", structurer, (*exchange).createAgency},
		{"GET /agencies/{code}/edit", changer, (*exchange).agencyForm},
		{"POST /agencies/{code}/edit", changer, (*exchange).saveAgency},
		{"GET /agencies/{code}/hours", changer, (*exchange).agencyHoursPage},
		{"POST /agencies/{code}/hours", changer, (*exchange).saveAgencyHours},
		{"GET /agencies/{code}/history", changer, (*exchange).agencyHistory},
		{"POST /agencies/{code}/revert", changer, (*exchange).revertAgency},
		{"GET /agencies/{code}/retire", structurer, (*exchange).retirePage},
		{"POST /agencies/{code}/retire", structurer, (*exchange).retire},
		{"GET /agencies/successors/find", structurer, (*exchange).findSuccessors},
		{"GET /points/new", structurer, (*exchange).newPointForm},
		{"POST /points/new", structurer, (*exchange).createPoint},
		{"GET /points/{code}/edit", changer, (*exchange).pointForm},
		{"POST /points/{code}/edit", changer, (*exchange).savePoint},
		{"GET /points/{code}/photos/{name}", changer, (*exchange).photo},

		// จัดการกระบวนงาน และจัดการบริการอื่นๆ
		{"GET /processes/new", processor, (*exchange).newProcessForm},
		{"POST /processes/new", processor, (*exchange).createProcess},
		{"GET /processes/{id}/edit", processor, (*exchange).processForm},
		{"POST /processes/{id}/edit", processor, (*exchange).saveProcess},
		{"GET /processes/{id}/history", processor, (*exchange).processHistory},
		{"POST /processes/{id}/revert", processor, (*exchange).revertProcess},
		{"GET /processes/{id}/remove", processor, (*exchange).removeProcessPage},
		{"POST /processes/{id}/remove", processor, (*exchange).removeProcess},
		{"GET /services/new", servicer, (*exchange).newServiceForm},
		{"POST /services/new", servicer, (*exchange).createService},
		{"POST /services/preview", servicer, (*exchange).previewService},
		{"GET /services/{id}/edit", servicer, (*exchange).serviceForm},
		{"POST /services/{id}/edit", servicer, (*exchange).saveService},
		{"GET /services/{id}/history", servicer, (*exchange).serviceHistory},
		{"GET /services/{id}/remove", servicer, (*exchange).removeServicePage},
		{"POST /services/{id}/remove", servicer, (*exchange).removeService},
		{"POST /services/{id}/revert", servicer, (*exchange).revertService},

		{"GET /points/{code}/links", linker, (*exchange).linksPage},
		{"POST /points/{code}/links", linker, (*exchange).changeLinks},
		{"POST /points/{code}/links/copy", linker, (*exchange).copyLinks},
		{"GET /manuals/{id}/points", linker, (*exchange).servingPage},
		{"POST /manuals/{id}/points", linker, (*exchange).changeServing},

		// หมวดหมู่ ป้ายคำ และคำพ้อง
		{"GET /catalog", keeper, (*exchange).labelsPage},
		{"GET /catalog/history", keeper, (*exchange).labelsPast},
		{"POST /catalog/history", keeper, (*exchange).revertLabels},
		{"GET /catalog/new/{kind}", keeper, (*exchange).newLabelPage},
		{"POST /catalog/new/{kind}", keeper, (*exchange).newLabel},
		{"GET /catalog/{kind}/{slug}", keeper, (*exchange).labelPage},
		{"POST /catalog/{kind}/{slug}", keeper, (*exchange).saveLabel},
		{"GET /catalog/{kind}/{slug}/merge", keeper, (*exchange).mergePage},
		{"POST /catalog/{kind}/{slug}/merge", keeper, (*exchange).merge},
		{"GET /synonyms", keeper, (*exchange).synonymsPage},
		{"GET /synonyms/history", keeper, (*exchange).synonymsPast},
		{"POST /synonyms/history", keeper, (*exchange).revertSynonyms},
		{"GET /synonyms/new", keeper, (*exchange).newSynonymPage},
		{"GET /synonyms/edit", keeper, (*exchange).synonymPage},
		{"POST /synonyms/edit", keeper, (*exchange).saveSynonym},
		{"POST /synonyms/remove", keeper, (*exchange).removeSynonym},
		{"POST /synonyms/dismiss", keeper, (*exchange).dismissMiss},

		// หน้าเว็บ
		{"GET /pages", settler, (*exchange).textsPage},
		{"GET /pages/new", settler, (*exchange).newTextPage},
		{"POST /pages/new", settler, (*exchange).newText},
		{"GET /pages/{name}/{lang}", settler, (*exchange).textForm},
		{"POST /pages/{name}/{lang}", settler, (*exchange).saveText},
		{"POST /pages/{name}/{lang}/preview", settler, (*exchange).previewText},
		{"GET /pages/{name}/{lang}/history", settler, (*exchange).textPast},
		{"POST /pages/{name}/{lang}/history", settler, (*exchange).revertText},

		// วันหยุดราชการ
		{"GET /holidays", settler, (*exchange).yearsPage},
		{"GET /holidays/{year}", settler, (*exchange).holidaysPage},
		{"POST /holidays/{year}", settler, (*exchange).saveHolidays},
		{"GET /holidays/{year}/history", settler, (*exchange).holidaysPast},
		{"POST /holidays/{year}/history", settler, (*exchange).revertHolidays},
		// นำเข้าข้อมูล
		{"GET /import", structurer, (*exchange).importPage},
		{"POST /import", structurer, (*exchange).sendTable},
		{"GET /import/template/{kind}", structurer, (*exchange).templateFile},
		{"GET /import/find", structurer, (*exchange).findImportAgencies},
		{"GET /import/tables/{id}", structurer, (*exchange).importedTablePage},
		{"GET /import/tables/{id}/news.json", structurer, (*exchange).importNews},
		{"GET /import/tables/{id}/report.xlsx", structurer, (*exchange).importReport},
		{"POST /import/tables/{id}/confirm", structurer, (*exchange).confirmTable},
		{"POST /import/tables/{id}/discard", structurer, (*exchange).discardTable},
		{"GET /imported", viewer, (*exchange).importedPage},
		{"POST /imported", checker, (*exchange).confirmImported},
		// จัดการกระบวนงาน และจัดการบริการอื่นๆ
		{"GET /processes", linker, (*exchange).processesPage},
		{"GET /processes/{id}", linker, (*exchange).processPage},
		{"POST /processes/{id}/reviewed", processor, (*exchange).reviewedToday},
		{"GET /processes/{id}/points", linker, (*exchange).servingPage},
		{"POST /processes/{id}/points", linker, (*exchange).changeServing},
		{"GET /services", servicer, (*exchange).servicesPage},
		{"GET /services/{id}", servicer, (*exchange).servicePage},
		// Download QR Code/Link Poster
		{"GET /structure/posters", printer, (*exchange).postersPage},
		{"GET /structure/posters/find", printer, (*exchange).findPrinted},
		{"POST /structure/posters/file", printer, (*exchange).postersFile},
		{"GET /points/{code}/poster", printer, (*exchange).posterPage},
		{"GET /points/{code}/poster/file", printer, (*exchange).posterFile},
		{"POST /points/{code}/poster/file", printer, (*exchange).posterFile},
		// แท็บเล็ตที่จุดบริการ
		{"GET /kiosks", printer, (*exchange).kiosksPage},
		{"POST /kiosks", printer, (*exchange).makeKiosk},
		{"POST /kiosks/{id}/code", printer, (*exchange).renewKiosk},
		{"GET /kiosks/{id}/revoke", printer, (*exchange).revokeKioskPage},
		{"POST /kiosks/{id}/revoke", printer, (*exchange).revokeKiosk},

		// หนังสือแจ้งเรื่องล่าช้า
		{"GET /delays", watcher, (*exchange).delaysPage},
		{"GET /delays.csv", watcher, (*exchange).delaysFile},
		{"GET /delays.xlsx", watcher, (*exchange).delaysBook},
		{"GET /delays/find", watcher, (*exchange).findDelays},
		{"GET /delays/new", delayer, (*exchange).newDelayPage},
		{"POST /delays/new", delayer, (*exchange).newDelay},
		{"GET /delays/{id}", watcher, (*exchange).delayPage},
		{"GET /delays/{id}/letter", delayer, (*exchange).letterPage},
		{"POST /delays/{id}/letter", delayer, (*exchange).writeLetter},
		{"GET /delays/{id}/letters/{file}", watcher, (*exchange).letterFile},
		{"POST /delays/{id}/letters/{seq}/sent", delayer, (*exchange).sendDelay},
		{"GET /delays/{id}/letters/{seq}/correct", delayer, (*exchange).correctPage},
		{"POST /delays/{id}/letters/{seq}/correct", delayer, (*exchange).correctLetter},
		{"POST /delays/{id}/reopen", watcher, (*exchange).reopenDelay},
		{"POST /delays/{id}/end", delayer, (*exchange).endDelay},
		{"POST /delays/{id}/notified", delayer, (*exchange).notifyDelay},
		{"GET /delays/{id}/erase", watcher, (*exchange).eraseDelayPage},
		{"POST /delays/{id}/erase", watcher, (*exchange).eraseDelay},

		{"GET /assets/", plain, (*exchange).asset},
		{"/", public, (*exchange).nowhere},
	}...)
}

// Reasons to lead a person elsewhere.
var (
	errSignIn = errors.New("nobody is signed in")
	errNoRole = errors.New("the person holds no role")
)

// serve is the one wrapper of all handlers: it recognises the person, holds the
// gate and answers for what goes wrong.
func (p *Pages) serve(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		x := p.exchange(w, r)
		var err error
		if rt.may != plain {
			err = x.recognise()
		}
		if err == nil {
			err = x.pass(rt.may)
		}
		if err == nil {
			err = rt.do(x)
		}
		if err != nil {
			x.fail(err)
		}
	}
}

// pass holds a gate.
func (x *exchange) pass(g gate) error {
	switch {
	case g == plain, g == public:
		return nil
	case !x.known:
		return errSignIn
	case g == signedIn:
		return nil
	case len(x.visit.User.Grants) == 0:
		return errNoRole
	case g == holder:
		return nil
	case g == judge:
		if !x.judges() {
			return rights.Refused()
		}
	case g == changer:
		if !x.touchesAny() {
			return rights.Refused()
		}
	case !x.by().MayAnywhere(rights.Action(g)):
		return rights.Refused()
	}
	return nil
}
