package mockserver_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
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

// Tokens, codes and grace periods live by the server's clock, so nothing has
// to wait for their end.
func ExampleServer_AdvanceClock() {
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	_, output, _ := post(server, "createAccount", "", `{"handle":"alice.test","email":"alice@example.com","password":"correct horse"}`)
	access, _ := output["accessJwt"].(string)
	refresh, _ := output["refreshJwt"].(string)

	if err := server.AdvanceClock(3 * time.Hour); err != nil {
		fmt.Println(err)
	}
	status, output, _ := post(server, "createAppPassword", access, `{"name":"phone"}`)
	fmt.Println(status, output["error"])

	status, output, _ = post(server, "refreshSession", refresh, "")
	fmt.Println(status, output["handle"])
	// Output:
	// 400 ExpiredToken
	// 200 alice.test
}

func ExampleServer_Mail() {
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	_, err = server.SeedAccount(mockserver.Account{Handle: "alice.test", Email: "alice@example.com", Password: "forgotten"})
	if err != nil {
		fmt.Println(err)
	}
	_, _, _ = post(server, "requestPasswordReset", "", `{"email":"alice@example.com"}`)

	for _, message := range server.Mail("alice@example.com") {
		fmt.Println(message.Subject, len(message.Token))
		status, _, _ := post(server, "resetPassword", "", `{"token":"`+message.Token+`","password":"remembered"}`)
		fmt.Println(status)
	}
	// Output:
	// Password Reset Requested 11
	// 200
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
	// there is no defect "output.describeServer.availableDomains.missing", the nearest is "output.describeServer.availableUserDomains.missing"
	// [output.describeServer.availableUserDomains.missing]
}
