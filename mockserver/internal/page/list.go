package page

import (
	"net/url"
	"slices"
	"strconv"
)

// perPage is how many entries of a list are shown at a time.
const perPage = 50

// list is a page of one, and how much of it there is.
type list[V any] struct {
	Shown          []V
	Found, Total   int
	Page, Pages    int
	Previous, Next string // addresses of the pages around it, "" where there is none
}

// listOf takes what is wanted, and shows the page of it that the search is at.
func listOf[V any](search search, name string, all []V, wanted func(V) bool) list[V] {
	found := slices.DeleteFunc(slices.Clone(all), func(v V) bool { return !wanted(v) })
	pages := max(1, (len(found)+perPage-1)/perPage)
	at := min(max(1, search.Pages[name]), pages)
	l := list[V]{Shown: found[(at-1)*perPage : min(at*perPage, len(found))], Found: len(found), Total: len(all), Page: at, Pages: pages}
	if at > 1 {
		l.Previous = search.at(name, at-1)
	}
	if at < pages {
		l.Next = search.at(name, at+1)
	}
	return l
}

func all[V any](V) bool { return true }

// search is what the lists of the page are narrowed to.
type search struct {
	Account, Request, Defect, Facet string

	Pages map[string]int // by section
}

func searchOf(query url.Values) search {
	found := search{query.Get("account"), query.Get("request"), query.Get("defect"), query.Get("facet"), map[string]int{}}
	for _, section := range pagedSections() {
		if at, err := strconv.Atoi(query.Get(section)); err == nil && at > 1 {
			found.Pages[section] = at
		}
	}
	return found
}

// pagedSections are those whose lists have pages.
func pagedSections() []string { return []string{"accounts", "mail", "invites", "defects", "requests"} }

// term is one word of a search, by the name of its field.
type term struct{ Name, Value string }

// Without is what the search says, but for some of its fields.
func (search search) Without(names ...string) []term {
	terms := []term{{"account", search.Account}, {"request", search.Request}, {"defect", search.Defect}, {"facet", search.Facet}}
	for _, section := range pagedSections() {
		if at := search.Pages[section]; at > 1 {
			terms = append(terms, term{section, strconv.Itoa(at)})
		}
	}
	return slices.DeleteFunc(terms, func(t term) bool { return t.Value == "" || slices.Contains(names, t.Name) })
}

func (search search) values() url.Values {
	query := url.Values{}
	for _, term := range search.Without() {
		query.Set(term.Name, term.Value)
	}
	return query
}

// Query is the search as the query of an address, with its question mark.
func (search search) Query() string {
	query := search.values()
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// at is the address of another page of a list.
func (search search) at(section string, page int) string {
	query := search.values()
	query.Del(section)
	if page > 1 {
		query.Set(section, strconv.Itoa(page))
	}
	if len(query) == 0 {
		return "/#" + section
	}
	return "/?" + query.Encode() + "#" + section
}
