package main

import "sync"

// startRequests is how many requests of a budget each part may send at first:
// what it takes to find out what the target offers.
const startRequests = 6

// pool is what is left of the budgets that parts share. Those without a budget
// are never asked for.
type pool struct {
	mutex              sync.Mutex
	requests, accounts int
}

// affordable is how many parts a budget of requests leaves something for, after
// each has found out what the target offers; 0 is no limit.
func affordable(parts, budget int) int {
	if budget == 0 {
		return parts
	}
	return max(1, min(parts, budget/(2*startRequests)))
}

// lease takes requests and accounts from the pool, both or nothing.
func (p *pool) lease(requests, accounts int) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if requests < 0 || accounts < 0 || requests > p.requests || accounts > p.accounts {
		return false
	}
	p.requests -= requests
	p.accounts -= accounts
	return true
}

// giveBack returns what was leased and not used.
func (p *pool) giveBack(requests, accounts int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.requests += max(requests, 0)
	p.accounts += max(accounts, 0)
}
