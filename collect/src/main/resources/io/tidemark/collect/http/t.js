// Tidemark's tracker: sends page views, also those of pages that change their address without being loaded anew. No cookies, no storage.
//   <script defer src="https://collector.example/t.js" data-key="KEY"></script>
// window.tidemark() sends a page view by hand; with data-manual, only that does.
(function (w, d, n, h) {
    var s = d.currentScript, u = s.src.replace(/\/t\.js.*$/, ''), k = s.getAttribute('data-key'), last, waiting = {};
    if (RESPECT_SIGNALS && (n.globalPrivacyControl || n.doNotTrack == 1 || w.doNotTrack == 1)) return;
    u += '/api/event' + (k ? '?k=' + encodeURIComponent(k) : '');
    function id() {
        return Array.prototype.map.call(w.crypto.getRandomValues(new Uint8Array(16)), function (b) {
            return (b + 256).toString(16).slice(1);
        }).join('');
    }
    // The same id again and again is one page view, so trying again is safe.
    function post(e, tries) {
        function again() {
            if (tries < 4 && waiting[e.id]) w.setTimeout(post, 1e3 << tries, e, tries + 1);
            else delete waiting[e.id];
        }
        fetch(u, {method: 'POST', body: JSON.stringify(e), keepalive: true, credentials: 'omit',
            headers: {'Content-Type': 'text/plain'}}).then(function (r) {
            if (r.status == 429 || r.status > 499) again();
            else delete waiting[e.id];
        }, again);
    }
    function view() {
        var l = w.location, p = l.href.split('#')[0];
        if (p == last) return;
        var e = {id: id(), url: l.href, host: l.hostname, referrer: last || d.referrer};
        last = p;
        waiting[e.id] = e;
        post(e, 0);
    }
    w.tidemark = view;
    if (s.hasAttribute('data-manual')) return;
    ['pushState', 'replaceState'].forEach(function (f) {
        var o = h[f];
        h[f] = function () {
            o.apply(this, arguments);
            view();
        };
    });
    w.addEventListener('popstate', view);
    w.addEventListener('pageshow', function (e) {
        if (e.persisted) {
            last = '';
            view();
        }
    });
    // What was not answered yet when the page goes.
    w.addEventListener('pagehide', function () {
        for (var i in waiting) n.sendBeacon(u, JSON.stringify(waiting[i]));
        waiting = {};
    });
    // A page that is rendered before anybody looks at it is no view yet.
    if (d.prerendering) d.addEventListener('prerenderingchange', view);
    else view();
})(window, document, navigator, history);
