package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/scenario"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// content is what the page shows.
type content struct {
	Version, URL string
	Search       search
	Alert        string // why the form that was sent did nothing
	At           string // the section that it is in
	Given        form   // and what it said
	Now, Offset  string
	Steps        []stepView
	Methods      []string
	Bodies       []string
	Drops        []string
	Accounts     list[accountView]
	Invites      list[inviteView]
	Mail         list[mailView]
	Requests     list[requestView]
	Scenarios    []scenarioView
	Examples     []exampleView
	Active       []defectView
	Found        list[defectView]
	Facets       []string
	Answers      []answerView
	Settings     pds.Settings
}

// containsAll reports whether each word of a search is in one of the texts.
func containsAll(words string, texts ...string) bool {
	text := strings.ToLower(strings.Join(texts, "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(words)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func (p page) viewOf(search search) content {
	held := p.Core.Store.Snapshot()
	view := content{
		Version: pds.Version(), URL: p.URL, Search: search,
		Now: people(p.Core.Clock.Now()), Offset: p.Core.Clock.Offset().String(), Steps: steps(), Bodies: scenario.Bodies(), Drops: scenario.Drops(),
		Accounts: p.accountViews(held, search),
		Invites:  inviteViews(held, search),
		Mail:     p.mailViews(search),
		Requests: p.requestViews(held, search),
		Answers:  p.answerViews(),
		Settings: p.Core.Settings(),
	}
	for _, endpoint := range p.Core.Endpoints() {
		view.Methods = append(view.Methods, pds.ShortName(endpoint.NSID))
	}
	states := p.Scenarios.States()
	for _, state := range states {
		view.Scenarios = append(view.Scenarios, scenarioView{state.ID, scenario.Requests(state.Scenario), scenario.Effect(state.Scenario), scenario.Progress(state), state.Spent})
	}
	for i, example := range scenario.Examples() {
		on := slices.ContainsFunc(states, func(state scenario.State) bool { return scenario.Continues(state, example.Scenario) })
		view.Examples = append(view.Examples, exampleView{i, example.Title, scenario.Requests(example.Scenario) + ": " + scenario.Effect(example.Scenario), on})
	}
	p.addDefects(&view)
	return view
}

// stepView is how far a press moves the clock.
type stepView struct{ By, Label string }

// steps are the lives of what expires: codes, access tokens, refresh tokens.
func steps() []stepView {
	return []stepView{{"15m", "15 minutes"}, {"2h", "2 hours"}, {"24h", "1 day"}, {"2160h", "90 days"}}
}

// people is how times are told to people.
func people(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") }

type accountView struct {
	store.Account
	Created      string
	Sessions     []sessionView
	AppPasswords []string
}

type sessionView struct{ ID, Words string }

// accountViews are the accounts, newest first.
func (p page) accountViews(held store.Snapshot, search search) list[accountView] {
	now := p.Core.Clock.Now()
	sessions := map[string][]sessionView{}
	for _, session := range held.Sessions {
		if !session.Expired(now) {
			sessions[session.DID] = append(sessions[session.DID], sessionView{session.ID, describeSession(session)})
		}
	}
	views := make([]accountView, 0, len(held.Accounts))
	for _, account := range held.Accounts {
		view := accountView{Account: account, Created: people(account.CreatedAt), Sessions: sessions[account.DID]}
		for _, password := range held.AppPasswords[account.DID] {
			view.AppPasswords = append(view.AppPasswords, password.Name)
		}
		views = append(views, view)
	}
	slices.SortStableFunc(views, func(a, b accountView) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return listOf(search, "accounts", views, func(v accountView) bool { return containsAll(search.Account, v.Handle, v.DID, v.Email) })
}

func describeSession(session store.Session) string {
	words := "password"
	if session.WithAppPassword {
		words = fmt.Sprintf("app password %q", session.AppPassword)
	}
	if words += ", until " + people(session.ExpiresAt); session.Next != "" {
		words += ", refreshed"
	}
	return words
}

type inviteView struct {
	Code, For, Created string
	Used, Available    int64
	Usable, Disabled   bool
}

// inviteViews are the invite codes, newest first. Who they are for is told by
// handle.
func inviteViews(held store.Snapshot, search search) list[inviteView] {
	codes := slices.Clone(held.Invites)
	slices.SortStableFunc(codes, func(a, b store.Invite) int { return b.CreatedAt.Compare(a.CreatedAt) })
	views := make([]inviteView, 0, len(codes))
	for _, invite := range codes {
		views = append(views, inviteView{
			invite.Code, handleOf(held, invite.ForAccount), people(invite.CreatedAt),
			int64(len(invite.Uses)), invite.Available, invite.Usable(), invite.Disabled,
		})
	}
	return listOf(search, "invites", views, all)
}

// handleOf is the handle of a DID, or what is given where it has none.
func handleOf(held store.Snapshot, did string) string {
	place, found := slices.BinarySearchFunc(held.Accounts, did, func(a store.Account, did string) int { return strings.Compare(a.DID, did) })
	if !found {
		return did
	}
	return held.Accounts[place].Handle
}

type mailView struct {
	pds.Message
	Sent string
}

// mailViews are the messages, newest first.
func (p page) mailViews(search search) list[mailView] {
	var views []mailView
	for _, message := range slices.Backward(p.Core.Mail("")) {
		views = append(views, mailView{message, people(message.At)})
	}
	return listOf(search, "mail", views, all)
}

type scenarioView struct {
	ID, Which, What, Progress string
	Spent                     bool
}

type exampleView struct {
	Number      int
	Title, Does string
	On          bool
}

type defectView struct {
	faults.Defect
	On    bool
	Query string // of the page
}

// addDefects adds the defects that the server has, and those that are looked
// for among the others.
func (p page) addDefects(view *content) {
	active := p.Faults.Active()
	var others []defectView
	for _, known := range p.Faults.Defects() {
		if !slices.Contains(view.Facets, known.Facet) {
			view.Facets = append(view.Facets, known.Facet)
		}
		if slices.Contains(active, known.ID) {
			view.Active = append(view.Active, defectView{known, true, view.Search.Query()})
			continue
		}
		others = append(others, defectView{known, false, view.Search.Query()})
	}
	slices.Sort(view.Facets)
	view.Found = listOf(view.Search, "defects", others, func(d defectView) bool {
		return (view.Search.Facet == "" || d.Facet == view.Search.Facet) && containsAll(view.Search.Defect, d.ID, d.Description)
	})
}
