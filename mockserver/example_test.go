package mockserver_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// post is what the examples send with; where it matters, a client would be used.
func post(server *mockserver.Server, method, bearer, input string) (status int, output map[string]any, err error) {
	request, err := http.NewRequest(http.MethodPost, server.URL+"/xrpc/com.atproto.server."+method, strings.NewReader(input))
	if err != nil {
		return 0, nil, err
	}
	if input != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&output); err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, err
	}
	return response.StatusCode, output, nil
}

func ExampleNew() {
	server, err := mockserver.New(mockserver.Options{UserDomains: []string{".example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	response, err := http.Get(server.URL + "/xrpc/com.atproto.server.describeServer")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	fmt.Println(string(body))
	// Output:
	// {"did":"did:web:localhost","inviteCodeRequired":false,"availableUserDomains":[".example.com"],"links":{}}
}

// In a test, t is its *testing.T; the server is closed when the test ends.
func ExampleRunT() {
	test := func(t mockserver.Tester) {
		server := mockserver.RunT(t)
		_, err := server.SeedAccount(mockserver.Account{
			Handle: "alice.test", Email: "alice@example.com", Password: "correct horse",
		})
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, password := range []string{"correct horse", "battery staple"} {
			status, output, err := post(server, "createSession", "", `{"identifier":"alice.test","password":"`+password+`"}`)
			fmt.Println(status, output["handle"], output["error"], err)
		}
	}
	var t exampleTest
	test(&t)
	t.end()
	// Output:
	// 200 alice.test <nil> <nil>
	// 401 <nil> AuthenticationRequired <nil>
}

// A client's access token expires while it isn't looking: it has to refresh, and
// to send its request again. The clock of the server does the waiting.
func ExampleServer_AdvanceClock() {
	server, _ := mockserver.New(mockserver.Options{Accounts: []mockserver.Account{
		{Handle: "alice.test", Email: "alice@example.com", Password: "correct horse"},
	}})
	defer server.Close()
	client := logIn(server, "alice.test", "correct horse")

	_ = server.AdvanceClock(3 * time.Hour) // access tokens live for two

	fmt.Println(client.createAppPassword("phone"))
	for _, request := range server.Requests() {
		fmt.Printf("%s: %d %q\n", request.NSID, request.Status, request.Error)
	}
	// Output:
	// <nil>
	// com.atproto.server.createSession: 200 ""
	// com.atproto.server.createAppPassword: 400 "ExpiredToken"
	// com.atproto.server.refreshSession: 200 ""
	// com.atproto.server.createAppPassword: 200 ""
}

// A password that was forgotten: the code comes by mail, and works for fifteen
// minutes.
func ExampleServer_Mail() {
	server, _ := mockserver.New(mockserver.Options{Accounts: []mockserver.Account{
		{Handle: "alice.test", Email: "alice@example.com", Password: "forgotten"},
	}})
	defer server.Close()
	for _, wait := range []time.Duration{16 * time.Minute, time.Minute} {
		_, _, _ = post(server, "requestPasswordReset", "", `{"email":"alice@example.com"}`)
		mail := server.Mail("alice@example.com")
		newest := mail[len(mail)-1]

		_ = server.AdvanceClock(wait)
		status, output, _ := post(server, "resetPassword", "", `{"token":"`+newest.Token+`","password":"remembered"}`)
		fmt.Println(newest.Subject, status, output["error"])
	}
	// Output:
	// Password Reset Requested 400 ExpiredToken
	// Password Reset Requested 200 <nil>
}

// An account is taken down while somebody is logged in, and reinstated.
func ExampleServer_Takedown() {
	server, _ := mockserver.New(mockserver.Options{Accounts: []mockserver.Account{
		{Handle: "alice.test", Email: "alice@example.com", Password: "correct horse", DID: "did:web:alice.example"},
	}})
	defer server.Close()
	client := logIn(server, "alice.test", "correct horse")

	for _, down := range []bool{true, false} {
		_ = server.Takedown("did:web:alice.example", down)
		status, output, _ := post(server, "createSession", "", `{"identifier":"alice.test","password":"correct horse"}`)
		fmt.Println(status, output["error"])
	}
	status, output, _ := post(server, "refreshSession", client.refresh, "") // sessions don't come back
	fmt.Println(status, output["error"])
	// Output:
	// 401 AccountTakedown
	// 200 <nil>
	// 400 ExpiredToken
}

// Each test has a server of its own, so that they can run at the same time and
// don't see each other: all of these sign up with the same handle.
func ExampleRunT_parallel() {
	var tests sync.WaitGroup
	for range 20 {
		tests.Go(func() {
			var t exampleTest // in a test: t.Parallel()
			defer t.end()
			server := mockserver.RunT(&t)
			status, _, err := post(server, "createAccount", "", `{"handle":"alice.test","email":"alice@example.com","password":"correct horse"}`)
			if status != http.StatusOK {
				fmt.Println(status, err)
			}
		})
	}
	tests.Wait()
	// Output:
}

// Reset goes back to the accounts that the server started with.
func ExampleServer_Reset() {
	server, _ := mockserver.New(mockserver.Options{Accounts: []mockserver.Account{
		{Handle: "alice.test", Email: "alice@example.com", Password: "correct horse"},
	}})
	defer server.Close()
	_, _, _ = post(server, "createAccount", "", `{"handle":"bob-b.test","email":"bob@example.com","password":"long enough"}`)
	server.Reset()

	for _, input := range []string{`{"identifier":"alice.test","password":"correct horse"}`, `{"identifier":"bob-b.test","password":"long enough"}`} {
		status, _, _ := post(server, "createSession", "", input)
		fmt.Println(status)
	}
	// Output:
	// 200
	// 401
}

// exampleClient is a client that is worth testing: it refreshes.
type exampleClient struct {
	server          *mockserver.Server
	access, refresh string
}

func logIn(server *mockserver.Server, identifier, password string) *exampleClient {
	_, output, err := post(server, "createSession", "", `{"identifier":"`+identifier+`","password":"`+password+`"}`)
	if err != nil {
		panic(err)
	}
	c := &exampleClient{server: server}
	c.keep(output)
	return c
}

func (c *exampleClient) keep(output map[string]any) {
	c.access, _ = output["accessJwt"].(string)
	c.refresh, _ = output["refreshJwt"].(string)
}

func (c *exampleClient) createAppPassword(name string) error {
	for range 2 {
		status, output, err := post(c.server, "createAppPassword", c.access, `{"name":"`+name+`"}`)
		if err != nil || status == http.StatusOK {
			return err
		}
		if output["error"] != "ExpiredToken" {
			return fmt.Errorf("create app password: %v", output["error"])
		}
		if _, output, err = post(c.server, "refreshSession", c.refresh, ""); err != nil {
			return err
		}
		c.keep(output)
	}
	return errors.New("create app password: the token expires at once")
}

// exampleTest stands for the *testing.T of a test.
type exampleTest struct{ cleanups []func() }

func (*exampleTest) Helper()                           {}
func (t *exampleTest) Cleanup(cleanup func())          { t.cleanups = append(t.cleanups, cleanup) }
func (*exampleTest) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (t *exampleTest) end() {
	for _, cleanup := range t.cleanups {
		cleanup()
	}
}

// A server that is wrong in one way shows whether a test would notice.
func ExampleServer_SetDefects() {
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	fmt.Println(server.SetDefects("output.describeServer.availableUserDomains.missing"))
	fmt.Println(server.SetDefects("output.describeServer.availableDomains.missing"))
	fmt.Println(server.ActiveDefects())
	// Output:
	// <nil>
	// there is no defect "output.describeServer.availableDomains.missing", did you mean "output.describeServer.availableUserDomains.missing"?
	// [output.describeServer.availableUserDomains.missing]
}
