// go_client: what net/http, Go's own resolver and hundreds of goroutines do with sockets.
//
//	go_client URL COUNT NAMESERVER NAME PORT [stay]
//
// Fetches URL over COUNT connections at once; looks up NAME through Go's resolver at NAMESERVER; serves on PORT and fetches from itself;
// connects to a port without a listener; lets a deadline pass. Prints the SHA-256 of what it fetched, the addresses of NAME, and "well". With
// "stay" it then goes on serving.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const eachFetches = 3

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func fetch(client *http.Client, url string) string {
	resp, err := client.Get(url)
	must(err)
	defer resp.Body.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, resp.Body)
	must(err)
	return hex.EncodeToString(hash.Sum(nil))
}

// Fetches with COUNT clients that share no connection. Returns the answer, which is the same for all.
func fetchAll(url string, count int) string {
	var all sync.WaitGroup
	sums := make(chan string, count*eachFetches)
	for i := 0; i < count; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			client := &http.Client{Transport: &http.Transport{}, Timeout: 60 * time.Second}
			for j := 0; j < eachFetches; j++ {
				sums <- fetch(client, url)
			}
			client.CloseIdleConnections()
		}()
	}
	all.Wait()
	close(sums)
	first := <-sums
	for sum := range sums {
		if sum != first {
			must(errors.New("two answers differ"))
		}
	}
	return first
}

// Never yields. So the runtime often sends SIGURG to its thread, and to other threads while they are in calls.
func spin(ctx context.Context) {
	for ctx.Err() == nil {
	}
}

func lookUp(server, name string) []string {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server)
	}}
	found, err := resolver.LookupHost(ctx, name)
	must(err)
	return found
}

func serve(port string) {
	listener, err := net.Listen("tcp", ":"+port)
	must(err)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, 100_000))
	})
	go http.Serve(listener, handler)
}

func refused() {
	conn, err := net.DialTimeout("tcp", "127.0.0.1:1", 10*time.Second)
	if err == nil {
		conn.Close()
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		must(fmt.Errorf("where nothing listens: %v", err))
	}
}

func deadline(port string) {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	must(err)
	defer conn.Close()
	must(conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)))
	_, err = conn.Read(make([]byte, 1))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		must(fmt.Errorf("a deadline that passes: %v", err))
	}
}

func main() {
	url, server, name, port := os.Args[1], os.Args[3], os.Args[4], os.Args[5]
	count, err := strconv.Atoi(os.Args[2])
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	go spin(ctx)
	fmt.Println(fetchAll(url, count))
	fmt.Println(lookUp(server, name))
	serve(port)
	fetchAll("http://127.0.0.1:"+port+"/", count)
	cancel()
	refused()
	deadline(port)
	fmt.Println("well")
	if len(os.Args) > 6 {
		select {}
	}
}
